import { hash64 } from './rng.ts';

/** How many of the newest steps can be shown. */
const KEPT = 4_000;

/** What happened, as one number that depends on every step and on their order. */
export class Trace {
  readonly #newest: string[] = [];
  readonly #keep: boolean;
  #low = 1;
  #high = 2;

  /** `keep`: whether the newest lines are kept for whoever reads a failure. */
  constructor(keep: boolean) {
    this.#keep = keep;
  }

  note(line: string): void {
    const { low, high } = hash64(line);
    this.#low = (Math.imul(this.#low ^ low, 2_654_435_761) + high) | 0;
    this.#high = (Math.imul(this.#high ^ high, 1_597_334_677) + this.#low) | 0;
    if (!this.#keep) return;
    this.#newest.push(line);
    if (this.#newest.length > 2 * KEPT) this.#newest.splice(0, KEPT);
  }

  get hash(): string {
    return `${(this.#high >>> 0).toString(16).padStart(8, '0')}${(this.#low >>> 0).toString(16).padStart(8, '0')}`;
  }

  get newest(): readonly string[] {
    return this.#newest.slice(-KEPT);
  }
}
