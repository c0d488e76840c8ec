import { createRequire } from 'node:module';
import type sorted from 'sorted-btree';

// A CommonJS default export, which Node and bundlers unwrap differently when it is imported.
const { default: BTree } = createRequire(import.meta.url)('sorted-btree') as typeof sorted;

/** Orders texts as their UTF-8 bytes are ordered. */
export function compareBytes(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** UTF-16 puts surrogates, which stand for the highest code points, below U+E000. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Slot numbers in an order that is looked up by slot. The order of a slot must not change while it is in. */
export class SlotOrder {
  readonly #tree: sorted.default<number, undefined>;

  constructor(compare: (a: number, b: number) => number) {
    this.#tree = new BTree<number, undefined>(undefined, compare, 64);
  }

  add(slot: number): void {
    this.#tree.set(slot, undefined);
  }

  remove(slot: number): void {
    this.#tree.delete(slot);
  }

  /** From `from` on, inclusive, upwards; from the first where it is absent. */
  *upwards(from?: number): Iterable<number> {
    yield* this.#tree.keys(from);
  }

  /** From `from` on, inclusive, downwards; from the last where it is absent. */
  *downwards(from?: number): Iterable<number> {
    for (const [slot] of this.#tree.entriesReversed(from)) yield slot;
  }
}
