import { type Entry, type MintRecord, NO_REVISION, type Revision, revision } from '@mintmark/domain';
import type { Source, View } from '../view.ts';

export const SOURCE: Source = { region: 'us-east', incarnation: 'log-incarnation-00001a' };

/** Writes a view as a replicator does: numbers what it writes, and remembers where the view stands. */
export class Pen {
  readonly view: View;
  readonly epoch: string;
  readonly #created = new Map<string, Revision>();
  at = NO_REVISION;

  private constructor(view: View, epoch: string) {
    this.view = view;
    this.epoch = epoch;
  }

  /** A view that was reset and is still being folded. */
  static async folding(view: View, floor = NO_REVISION): Promise<Pen> {
    const watermark = await view.reset({ source: SOURCE, floor });
    return new Pen(view, watermark.epoch);
  }

  /** A view that was reset and can be read. */
  static async ready(view: View, floor = NO_REVISION): Promise<Pen> {
    const pen = await Pen.folding(view, floor);
    await view.mark({ epoch: pen.epoch, ready: true });
    return pen;
  }

  /** Numbers records from the present position on, without applying them. */
  entries(...records: readonly MintRecord[]): Entry[] {
    return records.map((record, i) => this.#entry(record, revision(this.at + 1 + i)));
  }

  /** Applies records as one batch; returns the revision of the last. */
  async write(...records: readonly MintRecord[]): Promise<Revision> {
    await this.apply(this.entries(...records), revision(this.at + records.length));
    return this.at;
  }

  /** Applies entries as they are. */
  async apply(entries: readonly Entry[], to: Revision): Promise<void> {
    await this.view.apply(entries, { epoch: this.epoch, from: this.at, to });
    this.at = to;
  }

  /** Moves the view on without touching a record. */
  async skip(to: number): Promise<void> {
    await this.apply([], revision(to));
  }

  #entry(record: MintRecord, at: Revision): Entry {
    const key = `${record.kind}/${record.id}`;
    const createIndex = this.#created.get(key) ?? at;
    if (record.deleted) this.#created.delete(key);
    else this.#created.set(key, createIndex);
    return { revision: at, record: { ...record, createIndex } as MintRecord };
  }
}
