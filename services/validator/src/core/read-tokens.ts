import { decodeRecord } from '@mintmark/contract';
import { type LiveEntry, liveOf, type Principal, principalOf, revision } from '@mintmark/domain';
import { LRUCache } from 'lru-cache';
import type { Cached } from './slab-cache.ts';

export interface ReadToken {
  readonly token: LiveEntry<'token'>;
  readonly principal: Principal;
}

/** So many objects cost the garbage collector nothing that can be felt. */
const KEPT = 4_096;

/** The tokens in use now, as read from their cached bytes: the same bytes are read once (S4 of the cache). */
export class ReadTokens {
  readonly #kept = new LRUCache<string, ReadToken & { readonly serial: number }>({ max: KEPT });

  of(digest: string, cached: Cached, recordIn: (bytes: Uint8Array) => Uint8Array): ReadToken {
    const kept = this.#kept.get(digest);
    if (kept?.serial === cached.serial) return kept;
    const at = revision(cached.revision);
    const token = liveOf({ revision: at, record: decodeRecord(recordIn(cached.bytes()), at) }, 'token');
    if (token === undefined) throw new Error('the cache holds something else than a token');
    const read = { serial: cached.serial, token, principal: principalOf(token) };
    this.#kept.set(digest, read);
    return read;
  }
}
