import { createHash } from 'node:crypto';

/** 128 bits of a digest: a second content with the same ones is out of reach, with a million of them to choose from too. */
const WORDS = 4;
/** So many places are looked at for a mark; a new one takes one of them, in turn. */
const WAYS = 8;

/**
 * Signatures that are right: found so, or made here. That depends on nothing but the key, which is named in what is signed, the content and the signature, so the
 * services of one process may share what they know. Whose signature counts for what is not asked here. 16 bytes each, outside the object heap: a list of all
 * records of a region is verified once and not each time.
 */
export class GoodSignatures {
  readonly #marks: Uint32Array;
  readonly #ways: number;
  readonly #sets: number;
  #turn = 0;

  /** `max`: how many are remembered. Default: 4 MiB of them. */
  constructor(max = 262_144) {
    this.#ways = Math.min(max, WAYS);
    this.#sets = Math.ceil(max / this.#ways);
    this.#marks = new Uint32Array(this.#sets * this.#ways * WORDS);
  }

  /** `value`: the signature as records hold it. */
  has(content: Uint8Array, value: string): boolean {
    return this.#holds(digestOf(content, value));
  }

  add(content: Uint8Array, value: string): void {
    const digest = digestOf(content, value);
    if (this.#holds(digest)) return;
    const at = this.#placeIn(this.#setOf(digest));
    for (let word = 0; word < WORDS; word += 1) this.#marks[at + word] = digest.readUInt32LE(4 * word);
  }

  #holds(digest: Buffer): boolean {
    const set = this.#setOf(digest);
    for (let at = set; at < set + this.#ways * WORDS; at += WORDS) {
      let word = 0;
      while (word < WORDS && this.#marks[at + word] === digest.readUInt32LE(4 * word)) word += 1;
      if (word === WORDS) return true;
    }
    return false;
  }

  /** One that is free, or else the next one in turn. A mark that begins with zeros passes for a free place, and is forgotten sooner. */
  #placeIn(set: number): number {
    for (let at = set; at < set + this.#ways * WORDS; at += WORDS) if (this.#marks[at] === 0) return at;
    this.#turn = (this.#turn + 1) % this.#ways;
    return set + this.#turn * WORDS;
  }

  /** Chosen by other bits than those of the mark. */
  #setOf(digest: Buffer): number {
    return (digest.readUInt32LE(4 * WORDS) % this.#sets) * this.#ways * WORDS;
  }
}

function digestOf(content: Uint8Array, value: string): Buffer {
  return createHash('sha256').update(content).update(value).digest();
}
