/**
 * A position in one region's log: the region's index. Integers from 1 upwards; 0 stands before the first append.
 * Bounded by 2^53 - 1, so it travels as a JSON number without loss.
 */
export type Revision = number & { readonly __brand: 'Revision' };

export const NO_REVISION = 0 as Revision;

/** Brands a number that is known to be a revision. Throws a `RangeError` for anything but a safe non-negative integer. */
export function revision(value: number): Revision {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a revision: ${value}`);
  return value as Revision;
}

export function laterOf(a: Revision, b: Revision): Revision {
  return a > b ? a : b;
}
