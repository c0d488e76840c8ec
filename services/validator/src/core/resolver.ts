import { fromWire, type issuer } from '@mintmark/contract';
import { type LiveEntry, liveOf, Refusal, revision } from '@mintmark/domain';
import { type Clock, deadline, type Timers, type World } from '@mintmark/kit/lifecycle';
import { LRUCache } from 'lru-cache';

/** How long the authority's "unknown" is believed at most (DESIGN section 5). */
const NEGATIVE_MS = 1_000;
const NEGATIVE_ENTRIES = 50_000;
/** After a failure the authority is left alone for this long. */
const PAUSE_MS = 1_000;
/** Questions under way at once; further ones get no answer for now. */
const ANSWER_WITHIN_MS = 3_000;
const MAX_QUESTIONS = 256;
/** Questions of one source per second; a proxy that hides its clients is one source. */
const PER_SOURCE_PER_SECOND = 1_000;
const SOURCES = 10_000;

export type Ask = (digest: string, signal: AbortSignal) => Promise<issuer.ResolveSecretResponse>;

/** A token that only the authority has shown so far, and the freshness that this region has to reach to show it too. */
export interface Resolved {
  readonly token: LiveEntry<'token'>;
  readonly freshness: string;
}

/**
 * Asks the authority about secrets that this region does not know (P6): one question per secret at a time, a bounded number at once, so many per
 * source and second, none for a second after "unknown" or after the authority did not answer.
 */
export class AuthorityResolver {
  readonly #ask: Ask;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #unknown: LRUCache<string, true>;
  readonly #sources: LRUCache<string, { count: number }>;
  readonly #asking = new Map<string, Promise<Resolved | undefined>>();
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(ask: Ask, world: World) {
    const { clock } = world;
    this.#ask = ask;
    this.#clock = clock;
    this.#timers = world.timers;
    const perf = { now: () => clock.monotonic() };
    this.#unknown = new LRUCache({ max: NEGATIVE_ENTRIES, ttl: NEGATIVE_MS, perf });
    this.#sources = new LRUCache({ max: SOURCES, ttl: 1_000, perf });
  }

  /** `undefined`: the authority knows of none, or does not answer now. `limited`: it was not asked, because too much is being asked. */
  async resolve(digest: string, source: string): Promise<Resolved | undefined | 'limited'> {
    if (this.#unknown.has(digest) || this.#clock.monotonic() < this.#pausedUntil) return undefined;
    const running = this.#asking.get(digest);
    if (running !== undefined) return running;
    if (this.#asking.size >= MAX_QUESTIONS || !this.#allowed(source)) return 'limited';
    const question = this.#question(digest).finally(() => this.#asking.delete(digest));
    this.#asking.set(digest, question);
    return question;
  }

  async #question(digest: string): Promise<Resolved | undefined> {
    using bound = deadline(this.#timers, ANSWER_WITHIN_MS);
    try {
      const { record, modifyIndex, freshness } = await this.#ask(digest, bound.signal);
      const at = revision(modifyIndex);
      const token = record === undefined ? undefined : liveOf({ revision: at, record: fromWire(record, at) }, 'token');
      if (token !== undefined) return { token, freshness };
      this.#unknown.set(digest, true);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#pausedUntil = this.#clock.monotonic() + PAUSE_MS;
    }
    return undefined;
  }

  #allowed(source: string): boolean {
    const seen = this.#sources.get(source);
    if (seen === undefined) {
      this.#sources.set(source, { count: 1 });
      return true;
    }
    seen.count += 1;
    return seen.count <= PER_SOURCE_PER_SECOND;
  }
}
