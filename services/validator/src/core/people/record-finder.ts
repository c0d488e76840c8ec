import { type LiveEntry, parseFreshness } from '@mintmark/domain';
import { DeadlineExceeded, deadline, type World } from '@mintmark/kit/lifecycle';
import { type ChangeBatch, type Follower, ViewError, type ViewReader } from '@mintmark/view';
import { LRUCache } from 'lru-cache';
import type { ChangeFeed } from '../feed.ts';
import type { AuthorityResolver } from '../resolver.ts';
import type { Presented } from '../types.ts';

export type PersonalKind = 'session' | 'personal_token';

export interface FinderDeps<K extends PersonalKind> {
  readonly kind: K;
  readonly view: ViewReader;
  readonly follower: Follower;
  readonly feed: Pick<ChangeFeed, 'covers'>;
  /** Whether what is kept may answer alone. */
  readonly trusted: () => boolean;
  readonly resolver: AuthorityResolver<K>;
  readonly world: World;
  /** How long what is kept may answer while the view cannot be read: milliseconds since the feed was last heard of. */
  readonly stalenessMs: number;
  /** So many records at most are kept. */
  readonly remembered: number;
}

export type Found<K extends PersonalKind> = LiveEntry<K> | 'unknown' | 'unavailable';

const READ_WITHIN_MS = 2_000;
/** How long an answer waits for what the authority has shown and the region has not. */
const ARRIVAL_WITHIN_MS = 2_000;

/** Finds sessions and personal tokens by the digest of their secret: in memory, in the view, then at the authority once (P6). */
export class RecordFinder<K extends PersonalKind> {
  readonly #deps: FinderDeps<K>;
  readonly #kept: LRUCache<string, LiveEntry<K>>;
  readonly #digests = new Map<string, string>();

  constructor(deps: FinderDeps<K>) {
    this.#deps = deps;
    this.#kept = new LRUCache({ max: deps.remembered, dispose: ({ record }, digest) => this.#forget(record.id, digest) });
  }

  /** The follower started over. */
  reset(): void {
    this.#kept.clear();
  }

  /** The follower's changes. */
  changed(batch: ChangeBatch): void {
    for (const { kind, id } of batch.changes) {
      const digest = kind === this.#deps.kind ? this.#digests.get(id) : undefined;
      if (digest !== undefined) this.#kept.delete(digest);
    }
  }

  /** `mayArrive`: whether a secret that the region does not know can be one that the authority has just made. */
  async find(digest: string, { signal, peer = '', mayArrive }: Presented & { readonly mayArrive: boolean }): Promise<Found<K>> {
    const kept = this.#deps.trusted() ? this.#kept.get(digest) : undefined;
    if (kept !== undefined) return kept;
    const read = await this.#read(digest, signal);
    if (read !== 'unknown' || !mayArrive) return read;
    const resolved = await this.#deps.resolver.resolve(digest, peer);
    if (resolved === undefined) return 'unknown';
    if (resolved === 'unanswered' || !(await this.#arrived(resolved.freshness, signal))) return 'unavailable';
    return this.#read(digest, signal);
  }

  async #read(digest: string, signal: AbortSignal): Promise<Found<K>> {
    const { kind, view, follower, stalenessMs, world } = this.#deps;
    using bound = deadline(world.timers, READ_WITHIN_MS, signal);
    try {
      const { value, watermark } = await view.find(kind, 'secret', digest, { signal: bound.signal });
      // The view may be ahead of the feed: what it has no more is not to come back from memory (P2).
      if (value === undefined || this.#deps.resolver.outlives(digest, value)) {
        this.#kept.delete(digest);
        return 'unknown';
      }
      if (follower.unchangedSince(kind, value.record.id, watermark)) this.#keep(digest, value);
      return value;
    } catch (error) {
      if (!(error instanceof ViewError) && !(error instanceof DeadlineExceeded)) throw error;
      return (follower.ageMs <= stalenessMs ? this.#kept.get(digest) : undefined) ?? 'unavailable';
    }
  }

  async #arrived(freshness: string, signal: AbortSignal): Promise<boolean> {
    const wanted = parseFreshness(freshness);
    if (wanted === undefined) return false;
    using bound = deadline(this.#deps.world.timers, ARRIVAL_WITHIN_MS, signal);
    try {
      await this.#deps.feed.covers(wanted, bound.signal);
      return true;
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }

  #keep(digest: string, entry: LiveEntry<K>): void {
    this.#kept.set(digest, entry);
    this.#digests.set(entry.record.id, digest);
  }

  #forget(id: string, digest: string): void {
    if (this.#digests.get(id) === digest) this.#digests.delete(id);
  }
}
