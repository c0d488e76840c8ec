import type { LiveEntry } from '@mintmark/domain';
import type { Follower, Watermark } from '@mintmark/view';
import { LRUCache } from 'lru-cache';

/** Tokens that are kept at most. */
const MAX_CALLERS = 1_024;
/** A feed that was silent for longer may be cut without having said so; it gives a sign of life every second. */
const HEARD_WITHIN_MS = 1_500;

interface Kept {
  readonly token: LiveEntry<'token'>;
  readonly read: Pick<Watermark, 'epoch' | 'revision'>;
}

/**
 * The tokens of those who called last, by the digest of the secret: each is what the region's view shows as far as the change feed was heard (F3), so that
 * a revocation which was answered counts (P2). While the feed is not heard nothing is found here.
 */
export class Callers {
  readonly #follower: Follower;
  readonly #kept = new LRUCache<string, Kept>({ max: MAX_CALLERS });

  constructor(follower: Follower) {
    this.#follower = follower;
  }

  find(digest: string): LiveEntry<'token'> | undefined {
    const kept = this.#kept.get(digest);
    if (kept === undefined || !this.#follower.live || this.#follower.ageMs > HEARD_WITHIN_MS) return undefined;
    if (this.#follower.unchangedSince('token', kept.token.record.id, kept.read)) return kept.token;
    this.#kept.delete(digest);
    return undefined;
  }

  /** Keeps what the view showed at a watermark. */
  keep(digest: string, token: LiveEntry<'token'>, { epoch, revision }: Watermark): void {
    this.#kept.set(digest, { token, read: { epoch, revision } });
  }
}
