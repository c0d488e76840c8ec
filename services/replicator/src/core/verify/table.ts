import { NO_REVISION, type Revision } from '@mintmark/domain';
import type { Fingerprint } from './fingerprint.ts';

/** Ranges of keys: a mark's first 16 bits. */
export const RANGES = 65_536;
const RANGE_BITS = 16n;
const FIRST_CAPACITY = 1_024;
const FULLEST = 0.75;
const GROWTH = 1.5;

export function rangeOf(mark: bigint): number {
  return Number(mark >> (64n - RANGE_BITS));
}

/**
 * Fingerprints by mark, in flat columns: 28 bytes a slot, 37 to 56 bytes a record. A slot's place follows the order of the marks, so that a range
 * is a stretch of slots. Open addressing, linear probing; what is removed is closed up.
 */
export class Table {
  #size = 0;
  #capacity = FIRST_CAPACITY;
  #marks = new BigUint64Array(FIRST_CAPACITY);
  #said = new BigUint64Array(FIRST_CAPACITY);
  #exact = new Uint32Array(FIRST_CAPACITY);
  /** 0: the slot is empty. */
  #revisions = new Float64Array(FIRST_CAPACITY);

  get size(): number {
    return this.#size;
  }

  find(mark: bigint): Fingerprint | undefined {
    const slot = this.#slotOf(mark);
    return this.#isEmpty(slot) ? undefined : this.#read(slot);
  }

  /** Returns what it takes the place of. */
  put(print: Fingerprint): Fingerprint | undefined {
    const slot = this.#slotOf(print.mark);
    const before = this.#isEmpty(slot) ? undefined : this.#read(slot);
    this.#write(slot, print);
    if (before === undefined) {
      this.#size += 1;
      if (this.#size > this.#capacity * FULLEST) this.#grow();
    }
    return before;
  }

  /** Returns what is removed. */
  remove(mark: bigint): Fingerprint | undefined {
    let hole = this.#slotOf(mark);
    if (this.#isEmpty(hole)) return undefined;
    const removed = this.#read(hole);
    for (let slot = this.#after(hole); !this.#isEmpty(slot); slot = this.#after(slot)) {
      if (this.#distance(this.#home(this.#marks[slot] as bigint), slot) < this.#distance(hole, slot)) continue;
      this.#write(hole, this.#read(slot));
      hole = slot;
    }
    this.#revisions[hole] = NO_REVISION;
    this.#size -= 1;
    return removed;
  }

  /** Everything. What is put or removed meanwhile may be passed over. */
  *all(): Iterable<Fingerprint> {
    for (let slot = 0; slot < this.#capacity; slot += 1) if (!this.#isEmpty(slot)) yield this.#read(slot);
  }

  /** What is in a range, in no order. */
  range(range: number): Fingerprint[] {
    const found: Fingerprint[] = [];
    const first = Math.floor((range / RANGES) * this.#capacity);
    const last = Math.floor(((range + 1) / RANGES) * this.#capacity);
    for (let place = first; place < first + this.#capacity; place += 1) {
      const slot = place % this.#capacity;
      if (this.#isEmpty(slot)) {
        if (place > last) break;
      } else if (rangeOf(this.#marks[slot] as bigint) === range) found.push(this.#read(slot));
    }
    return found;
  }

  /** Where the mark is, or the empty slot that it would take. */
  #slotOf(mark: bigint): number {
    let slot = this.#home(mark);
    while (!this.#isEmpty(slot) && this.#marks[slot] !== mark) slot = this.#after(slot);
    return slot;
  }

  #home(mark: bigint): number {
    return Math.floor((Number(mark >> 32n) / 2 ** 32) * this.#capacity);
  }

  #after(slot: number): number {
    return slot + 1 === this.#capacity ? 0 : slot + 1;
  }

  #distance(from: number, to: number): number {
    return to >= from ? to - from : to - from + this.#capacity;
  }

  #isEmpty(slot: number): boolean {
    return this.#revisions[slot] === NO_REVISION;
  }

  #read(slot: number): Fingerprint {
    return { mark: this.#marks[slot] as bigint, said: this.#said[slot] as bigint, exact: this.#exact[slot] as number, revision: this.#revisions[slot] as Revision };
  }

  #write(slot: number, { mark, said, exact, revision }: Fingerprint): void {
    this.#marks[slot] = mark;
    this.#said[slot] = said;
    this.#exact[slot] = exact;
    this.#revisions[slot] = revision;
  }

  #grow(): void {
    const [marks, said, exact, revisions] = [this.#marks, this.#said, this.#exact, this.#revisions];
    this.#capacity = Math.ceil(this.#capacity * GROWTH);
    this.#marks = new BigUint64Array(this.#capacity);
    this.#said = new BigUint64Array(this.#capacity);
    this.#exact = new Uint32Array(this.#capacity);
    this.#revisions = new Float64Array(this.#capacity);
    for (const [slot, revision] of revisions.entries()) {
      if (revision === NO_REVISION) continue;
      const mark = marks[slot] as bigint;
      this.#write(this.#slotOf(mark), { mark, said: said[slot] as bigint, exact: exact[slot] as number, revision: revision as Revision });
    }
  }
}
