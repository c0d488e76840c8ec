import { type Kind, laterOf, NO_REVISION, parseKey, type Revision } from '@mintmark/domain';
import type { TailBatch } from '@mintmark/log';
import { type Fingerprint, fingerprintOf, LOCAL, markOf } from './fingerprint.ts';
import { RANGES, rangeOf, Table } from './table.ts';

/** Ranges of ranges, and how many each holds. */
export const TOPS = 256;
const PER_TOP = RANGES / TOPS;

/**
 * What a log says, folded as the view folds it: fingerprints, and digests of its global records by ranges of keys, each the exclusive or of what its records say. A change costs two of
 * them, a comparison of two ledgers those that differ.
 */
export class Ledger {
  readonly table = new Table();
  readonly #tops = new BigUint64Array(TOPS);
  readonly #ranges = new BigUint64Array(RANGES);
  #globals = 0;
  #through = NO_REVISION;

  /** The log up to here is in it. */
  get through(): Revision {
    return this.#through;
  }

  /** Live global records. */
  get globals(): number {
    return this.#globals;
  }

  get tops(): BigUint64Array {
    return this.#tops;
  }

  rangesOf(top: number): BigUint64Array {
    return this.#ranges.subarray(top * PER_TOP, (top + 1) * PER_TOP);
  }

  /** What is live under an id. */
  find(kind: Kind, id: string): Fingerprint | undefined {
    return this.table.find(markOf(kind, id));
  }

  /** A record that cannot be read ends what it replaced (J5 of the projector). What is in the ledger already is passed over. */
  fold({ entries, setAside, through }: TailBatch): void {
    for (const entry of entries) {
      if (entry.revision <= this.#through) continue;
      const { kind, id, deleted } = entry.record;
      if (deleted) this.#end(markOf(kind, id));
      else this.#put(fingerprintOf(entry));
    }
    for (const aside of setAside) {
      const key = aside.revision > this.#through ? parseKey(aside.key) : undefined;
      if (key !== undefined) this.#end(markOf(key.kind, key.id));
    }
    this.#through = laterOf(this.#through, through);
  }

  #put(print: Fingerprint): void {
    this.#count(this.table.put(print), -1);
    this.#count(print, 1);
  }

  #end(mark: bigint): void {
    this.#count(this.table.remove(mark), -1);
  }

  #count(print: Fingerprint | undefined, by: 1 | -1): void {
    if (print === undefined || print.said === LOCAL) return;
    const range = rangeOf(print.mark);
    const top = Math.floor(range / PER_TOP);
    this.#tops[top] = (this.#tops[top] as bigint) ^ print.said;
    this.#ranges[range] = (this.#ranges[range] as bigint) ^ print.said;
    this.#globals += by;
  }
}
