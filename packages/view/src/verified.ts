import { isOlder, type Kind, type LiveEntry, type MintRecord, type Revision, type UniqueIndex } from '@mintmark/domain';
import { asidesOf, maySucceed, type Remembered } from './asides.ts';
import { beginningAt } from './paging.ts';
import { type CallOptions, type Change, type ChangeBatch, type ListQuery, type Read, ViewError, type ViewReader, type Watermark } from './view.ts';

/*
 * A view of which nothing is believed that no issuer has signed (P10).
 *
 * E1  A record is judged whenever it is read, and what is refused is never returned: `get` and `find` throw `refused`, `list` leaves it out and names it. So it is with what cannot be read.
 * E2  What was seen or announced of a key is remembered, and an older state of it is refused from then on: signed it may be, but it was replaced. What was announced as
 *     deleted has to be newer than what was seen before. A read of a moment before that is none of this.
 *     What is newer is said by the epoch, and within an epoch by the stamp.
 * E3  Older states are what the authority shows again when its log was lost with their successors. So one that comes from another incarnation than the one before it
 *     counts if the region has contact with that. And they are what counts again when their successor was decided by an authority that was replaced without it: if
 *     the region has set that aside, in favour of this very state.
 */

/** Why nobody may believe a record; `undefined` where it is what an issuer has said. */
export type RecordJudge = (record: MintRecord) => Promise<string | undefined>;

/** Hears of each record that was read and refused. */
export type OnRefused = (refused: { readonly kind: Kind; readonly id: string; readonly problem: string }) => void;

interface Known extends Remembered {
  /** Of the record's origin; empty for the region itself. */
  readonly from: string;
  /** The region's log, and where in it this was so. */
  readonly incarnation: string;
  readonly at: Revision;
}

const UNREADABLE = 'it cannot be read';
const REMEMBERED = 65_536;
const MAX_LIST = 1_000;

export function verifiedView(view: ViewReader, judge: RecordJudge, onRefused: OnRefused): ViewReader {
  return new VerifiedView(view, judge, onRefused);
}

class VerifiedView implements ViewReader {
  readonly #view: ViewReader;
  readonly #judge: RecordJudge;
  readonly #onRefused: OnRefused;
  readonly #known = new Map<string, Known>();

  constructor(view: ViewReader, judge: RecordJudge, onRefused: OnRefused) {
    this.#view = view;
    this.#judge = judge;
    this.#onRefused = onRefused;
  }

  watermark(options?: CallOptions): Promise<Watermark> {
    return this.#view.watermark(options);
  }

  async get<K extends Kind>(kind: K, id: string, options?: CallOptions): Promise<Read<LiveEntry<K> | undefined>> {
    const read = await this.#view.get(kind, id, options).catch((error: unknown) => this.#unreadable(kind, id, error));
    return this.#believed(read, id);
  }

  async find<K extends Kind>(kind: K, index: UniqueIndex, value: string, options?: CallOptions): Promise<Read<LiveEntry<K> | undefined>> {
    const read = await this.#view.find(kind, index, value, options);
    return this.#believed(read, undefined);
  }

  async list<K extends Kind>(kind: K, query: ListQuery, options?: CallOptions): Promise<Read<readonly LiveEntry<K>[]>> {
    const limit = Math.min(query.limit, MAX_LIST);
    const first = await this.#view.list(kind, query, options);
    const good: LiveEntry<K>[] = [];
    const refused = this.#leftOut(kind, first.refused);
    let page = first.value;
    let more = page.length >= limit;
    for (;;) {
      for (const [entry, problem] of await this.#judgeAll(page, first.watermark)) {
        if (problem === undefined) good.push(entry);
        else refused.push(entry.record.id);
      }
      const last = page.at(-1);
      if (!more || good.length >= limit || last === undefined) break;
      // A page with gaps would be taken for the last one.
      const asked = Math.max(limit, 2);
      const { value, refused: left } = await this.#view.list(kind, beginningAt(query, last.record, asked), options);
      refused.push(...this.#leftOut(kind, left));
      more = value.length >= asked;
      page = value.filter(({ record }) => record.id !== last.record.id);
    }
    return { ...first, value: good.slice(0, limit), ...(refused.length === 0 ? {} : { refused }) };
  }

  async *changes(options: { readonly epoch: string; readonly after: Revision; readonly signal: AbortSignal }): AsyncGenerator<ChangeBatch> {
    for await (const batch of this.#view.changes(options)) {
      for (const change of batch.changes) this.#heard(change);
      yield batch;
    }
  }

  close(): Promise<void> {
    return this.#view.close();
  }

  /** What the store itself has refused, because it cannot be read. */
  #leftOut(kind: Kind, ids: readonly string[] = []): string[] {
    for (const id of ids) this.#onRefused({ kind, id, problem: UNREADABLE });
    return [...ids];
  }

  #unreadable(kind: Kind, id: string, error: unknown): never {
    if (error instanceof ViewError && error.code === 'refused') this.#onRefused({ kind, id, problem: UNREADABLE });
    throw error;
  }

  async #believed<K extends Kind>(read: Read<LiveEntry<K> | undefined>, id: string | undefined): Promise<typeof read> {
    const { value, watermark } = read;
    if (value === undefined) return read;
    const { kind } = value.record;
    const moved = id !== undefined && value.record.id !== id;
    const problem = moved ? `it is the ${kind} ${value.record.id}` : await this.#problemOf(value, watermark);
    if (problem === undefined) return read;
    if (moved) this.#onRefused({ kind, id, problem });
    throw new ViewError('refused', `the view holds a ${kind} that nobody may believe: ${problem}`);
  }

  #judgeAll<K extends Kind>(page: readonly LiveEntry<K>[], watermark: Watermark): Promise<readonly (readonly [LiveEntry<K>, string | undefined])[]> {
    return Promise.all(page.map(async (entry) => [entry, await this.#problemOf(entry, watermark)] as const));
  }

  async #problemOf({ record }: LiveEntry, watermark: Watermark): Promise<string | undefined> {
    const problem = (await this.#judge(record as MintRecord)) ?? (await this.#replaced(record as MintRecord, watermark));
    if (problem !== undefined) this.#onRefused({ kind: record.kind, id: record.id, problem });
    return problem;
  }

  /** Why the record is not the newest state that was ever seen; remembers it where it is (E2, E3). */
  async #replaced(record: MintRecord, { source: { incarnation }, revision: at, contact }: Watermark): Promise<string | undefined> {
    const { epoch, signature } = record;
    const from = record.origin?.incarnation ?? '';
    const name = nameOf(record);
    const known = this.#known.get(name);
    const present: Known = { ...(epoch === undefined ? {} : { epoch }), ...(signature === undefined ? {} : { signature: { stamp: signature.stamp } }), from, incarnation, at, ended: false };
    if (known === undefined || known.incarnation !== incarnation) return this.#remember(name, present);
    if (at < known.at) return undefined;
    const older = known.ended ? !isOlder(known, record) : isOlder(record, known);
    if (older && (from === known.from || from !== contact?.incarnation) && !(await this.#succeeds(record, known))) {
      return `it is signed at ${signature?.stamp}, but one of ${known.signature?.stamp} was there ${known.ended ? 'and ended' : 'already'}`;
    }
    return this.#known.get(name) === known ? this.#remember(name, present) : undefined;
  }

  async #succeeds(record: MintRecord, known: Known): Promise<boolean> {
    for (const aside of await asidesOf(this.#view, record)) {
      if ((await this.#judge(aside.record)) === undefined && maySucceed(record, known, aside)) return true;
    }
    return false;
  }

  #heard(change: Change): void {
    const name = nameOf(change);
    const known = this.#known.get(name);
    if (known !== undefined && change.revision > known.at) this.#remember(name, { ...known, at: change.revision, ended: change.deleted });
  }

  #remember(name: string, known: Known): undefined {
    this.#known.delete(name);
    this.#known.set(name, known);
    if (this.#known.size <= REMEMBERED) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

/** A local and a global record under one id are two. */
function nameOf({ scope, kind, id }: Pick<MintRecord, 'scope' | 'kind' | 'id'>): string {
  return `${scope} ${kind} ${id}`;
}
