import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/**
 * Signatures that are right: found so, or made here. That depends on nothing but the key, which is named in what is signed, the content and the signature, so the
 * services of one process may share what they know. Whose signature counts for what is not asked here.
 */
export class GoodSignatures {
  readonly #known: LRUCache<string, true>;

  /** `max`: how many are remembered, the last ones used. */
  constructor(max = 20_000) {
    this.#known = new LRUCache({ max });
  }

  /** `value`: the signature as records hold it. */
  has(content: Uint8Array, value: string): boolean {
    return this.#known.has(nameOf(content, value));
  }

  add(content: Uint8Array, value: string): void {
    this.#known.set(nameOf(content, value), true);
  }
}

function nameOf(content: Uint8Array, value: string): string {
  return createHash('sha256').update(content).update(value).digest('base64');
}
