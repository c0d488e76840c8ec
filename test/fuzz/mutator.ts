import type { Rng } from '../simulation/kernel/rng.ts';

/** Pieces that parsers stumble over, whatever they parse. */
const HOSTILE = [
  '', '\0', '\r\n', '\n', ' ', '"', "'", '\\', '/', '..', '%00', '%2e%2e', '%', '{', '}', '[', ']', ':', '::', ',', '-', '--', '+', '.', '=', '==', '&', '?', '#', '0', '-1', '1e309', '9'.repeat(30), '0x1', 'NaN',
  'null', 'true', '[]', '{}', '""', '__proto__', 'constructor', 'toString', 'é', '\u{1f511}', '\ud800', '\u202e', '\ufeff', 'a'.repeat(300), '('.repeat(200), '['.repeat(200), '{"a":'.repeat(100),
];
const LONGEST = 20_000;

/** Makes inputs out of good ones. The same numbers make the same inputs. */
export class Mutator {
  readonly #rng: Rng;
  readonly #seeds: Buffer[];

  constructor(rng: Rng, seeds: readonly (string | Uint8Array)[]) {
    this.#rng = rng;
    this.#seeds = seeds.map((seed) => Buffer.from(seed));
  }

  /** One more to make inputs of. */
  add(seed: Buffer): void {
    this.#seeds.push(seed);
  }

  next(): Buffer {
    let bytes = this.#pick(this.#seeds);
    const changes = this.#rng.below(6);
    for (let i = 0; i < changes; i += 1) bytes = this.#changed(bytes);
    return bytes.length > LONGEST ? bytes.subarray(0, LONGEST) : bytes;
  }

  #changed(bytes: Buffer): Buffer {
    const from = this.#rng.below(bytes.length + 1);
    const to = Math.min(bytes.length, from + 1 + this.#rng.below(16));
    const [before, middle, after] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)];
    switch (this.#rng.below(7)) {
      case 0:
        return Buffer.concat([before, after]);
      case 1:
        return Buffer.concat([before, Buffer.from(this.#pick(HOSTILE)), middle, after]);
      case 2:
        return Buffer.concat([before, Buffer.from(this.#pick(HOSTILE)), after]);
      case 3:
        return Buffer.concat([before, ...Array.from({ length: 1 + this.#rng.below(50) }, () => middle), after]);
      case 4: {
        const other = this.#pick(this.#seeds);
        return Buffer.concat([before, other.subarray(this.#rng.below(other.length + 1))]);
      }
      case 5:
        return Buffer.concat([before, Buffer.from(middle.map((byte) => byte ^ (1 << this.#rng.below(8)))), after]);
      default:
        return before;
    }
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#rng.below(list.length)] as T;
  }
}
