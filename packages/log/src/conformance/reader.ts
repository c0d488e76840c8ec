import { type Entry, keyText, laterOf, NO_REVISION, type Revision, type Scope } from '@mintmark/domain';
import { expect } from 'vitest';
import type { LogReader, SetAside, TailBatch } from '../log.ts';

export interface ReaderOptions {
  readonly after?: Revision;
  readonly scope?: Scope;
  readonly incarnation?: string;
  readonly withoutPurged?: boolean;
}

/** Reads one tail and checks on every step what holds for every tail. Nothing is read ahead: the tail is asked when the test asks. */
export class Reader implements AsyncDisposable {
  readonly entries: Entry[] = [];
  readonly setAside: SetAside[] = [];
  readonly after: Revision;
  through: Revision;
  readonly #scope: Scope | undefined;
  readonly #stop = new AbortController();
  readonly #steps: AsyncIterator<TailBatch>;
  #newest: Revision;
  #pending: Promise<unknown> = Promise.resolve();

  constructor(log: LogReader, { after = NO_REVISION, scope, incarnation, withoutPurged = false }: ReaderOptions = {}) {
    this.after = after;
    this.through = after;
    this.#newest = after;
    this.#scope = scope;
    const tail = log.tail({
      after,
      withoutPurged,
      ...(scope === undefined ? {} : { scope }),
      ...(incarnation === undefined ? {} : { incarnation }),
      signal: this.#stop.signal,
    });
    this.#steps = tail[Symbol.asyncIterator]();
  }

  /** The next batch or mark; `undefined` once the tail has ended. */
  async next(): Promise<TailBatch | undefined> {
    const step = this.#steps.next();
    this.#pending = step.catch(() => undefined);
    const { value, done } = await step;
    if (done === true) return undefined;
    this.#take(value);
    return value;
  }

  /** Reads until everything up to `revision` has been delivered. Returns all entries so far. */
  async until(revision: Revision): Promise<readonly Entry[]> {
    while (this.through < revision) {
      if ((await this.next()) === undefined) throw new Error(`the tail ended at ${this.through}, before ${revision}`);
    }
    return this.entries;
  }

  /** Reads to the tail's end. */
  async drain(): Promise<void> {
    while ((await this.next()) !== undefined);
  }

  stop(): void {
    this.#stop.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#pending;
    await this.#steps.return?.();
  }

  #take(batch: TailBatch): void {
    expect(batch.entries.length, 'entries of one batch').toBeLessThanOrEqual(1_024);
    expect(batch.through, 'through never decreases').toBeGreaterThanOrEqual(this.through);
    for (const entry of batch.entries) {
      if (entry.revision <= this.#newest) expect.fail(`revision ${entry.revision} came after ${this.#newest}`);
      if (entry.revision > batch.through) expect.fail(`revision ${entry.revision} is beyond through ${batch.through}`);
      if (this.#scope !== undefined && entry.record.scope !== this.#scope) expect.fail(`a ${entry.record.scope} record came to a ${this.#scope} tail`);
      this.#newest = entry.revision;
    }
    this.#newest = laterOf(batch.through, this.#newest);
    this.through = batch.through;
    this.entries.push(...batch.entries);
    this.setAside.push(...batch.setAside);
  }
}

/** What a reader of these entries believes: the newest state of each key. */
export function folded(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  return new Map(entries.map((entry) => [keyText(entry.record), entry]));
}
