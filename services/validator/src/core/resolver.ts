import { fromWire, type issuer, MalformedRecord } from '@mintmark/contract';
import { type LiveEntry, liveOf, parseFreshness, Refusal, revision } from '@mintmark/domain';
import { deadline, type World } from '@mintmark/kit/lifecycle';
import type { Watermark } from '@mintmark/view';
import { LRUCache } from 'lru-cache';

/** How long the authority's "unknown" is believed at most without a look at what this region shows since (DESIGN section 5). */
const NEGATIVE_MS = 1_000;
/** Questions under way at once; further ones get no answer for now. */
const ANSWER_WITHIN_MS = 3_000;
const MAX_QUESTIONS = 256;
/** Questions of one peer per second; a proxy that hides its clients is one peer. */
const PER_PEER_PER_SECOND = 1_000;
const PEERS = 10_000;

type Answered<K extends SecretKind> = Resolved<K> | undefined | 'unanswered';

/** The kinds of records that a secret may belong to. */
export type SecretKind = 'token' | 'session' | 'personal_token';

/**
 * Whether a region whose view said `watermark` when it lacked a record had shown it before: then it was deleted here since, however far behind the authority's own
 * view may be (P2).
 */
export function wasShownHere({ contact }: Watermark, { entry, freshness }: Resolved<SecretKind>): boolean {
  const there = parseFreshness(freshness);
  return contact !== undefined && there !== undefined && contact.incarnation === there.incarnation && contact.covered >= entry.revision;
}

export type Ask = (digest: string, signal: AbortSignal) => Promise<issuer.ResolveSecretResponse>;

const toldByAuthority = new WeakSet<object>();

/** Whether a record is the authority's word, with its indexes, and not of this region's log. */
export function isForeign(record: object): boolean {
  return toldByAuthority.has(record);
}

/** A record that only the authority has shown so far, and the freshness that this region has to reach to show it too. */
export interface Resolved<K extends SecretKind> {
  readonly entry: LiveEntry<K>;
  readonly freshness: string;
}

/** That the authority had no such record. */
interface Unknown {
  /** Where its view was. */
  readonly at: ReturnType<typeof parseFreshness>;
  /** Milliseconds on the monotonic clock. */
  readonly saidAt: number;
}

/**
 * Asks the authority about secrets that this region does not know (P6): one question per secret at a time, a bounded number at once, so many per
 * peer and second, none for a second after "unknown", one at a time while the authority does not answer.
 */
export class AuthorityResolver<K extends SecretKind> {
  readonly #kind: K;
  readonly #ask: Ask;
  readonly #asks: () => boolean;
  readonly #world: World;
  readonly #unknown: LRUCache<string, Unknown>;
  readonly #peers: LRUCache<string, { count: number }>;
  readonly #asking = new Map<string, Promise<Answered<K>>>();
  /** Whether the last question got no answer. */
  #mute = false;
  #probe: Promise<unknown> | undefined;

  /** `remembered`: unknown secrets, and peers, that are remembered at most. `asks`: whether there is somebody to be asked; not in the authority. */
  constructor(kind: K, ask: Ask, world: World, { remembered, asks }: { readonly remembered: number; readonly asks: () => boolean }) {
    this.#asks = asks;
    this.#kind = kind;
    this.#ask = ask;
    this.#world = world;
    const perf = { now: () => world.clock.monotonic() };
    this.#unknown = new LRUCache({ max: remembered });
    this.#peers = new LRUCache({ max: Math.min(PEERS, remembered), ttl: 1_000, perf });
  }

  /**
   * Whether this region's copy of a record is older than an answer of the authority that had it no more: a region that lags is behind what it has told already, and
   * what it denied stays denied (P2).
   */
  outlives(digest: string, { record: { origin } }: LiveEntry<K>): boolean {
    const there = origin === undefined ? undefined : this.#unknown.get(digest)?.at;
    return there !== undefined && there.region === origin?.region && there.incarnation === origin.incarnation && there.index >= origin.revision;
  }

  /** `undefined`: the authority knows of none. `unanswered`: it did not say, or was not asked because too much is being asked; nothing is known then. */
  async resolve(digest: string, peer: string): Promise<Answered<K>> {
    if (!this.#asks() || this.#isStillUnknown(digest)) return undefined;
    const running = this.#asking.get(digest);
    if (running !== undefined) return running;
    if (this.#asking.size >= MAX_QUESTIONS || !this.#allowed(peer)) return 'unanswered';
    const question = this.#inTurn(digest).finally(() => this.#asking.delete(digest));
    this.#asking.set(digest, question);
    return question;
  }

  /** An authority that did not answer is asked by one at a time; the others wait for what comes of it. */
  async #inTurn(digest: string): Promise<Answered<K>> {
    if (this.#probe === undefined) {
      const question = this.#question(digest);
      if (this.#mute) this.#probe = question.then(() => this.#probed(), () => this.#probed());
      return question;
    }
    await this.#probe;
    return this.#mute ? 'unanswered' : this.#question(digest);
  }

  #probed(): void {
    this.#probe = undefined;
  }

  async #question(digest: string): Promise<Answered<K>> {
    using bound = deadline(this.#world.timers, ANSWER_WITHIN_MS);
    try {
      const { record, modifyIndex, freshness } = await this.#ask(digest, bound.signal);
      this.#mute = false;
      const at = revision(modifyIndex);
      const entry = record === undefined ? undefined : liveOf({ revision: at, record: fromWire(record, at) }, this.#kind);
      if (entry !== undefined) {
        toldByAuthority.add(entry.record);
        return { entry, freshness };
      }
      this.#unknown.set(digest, { at: parseFreshness(freshness), saidAt: this.#world.clock.monotonic() });
      return undefined;
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof MalformedRecord)) throw error;
      this.#mute = true;
      return 'unanswered';
    }
  }

  #isStillUnknown(digest: string): boolean {
    const unknown = this.#unknown.get(digest);
    return unknown !== undefined && this.#world.clock.monotonic() - unknown.saidAt < NEGATIVE_MS;
  }

  #allowed(peer: string): boolean {
    const seen = this.#peers.get(peer);
    if (seen === undefined) {
      this.#peers.set(peer, { count: 1 });
      return true;
    }
    seen.count += 1;
    return seen.count <= PER_PEER_PER_SECOND;
  }
}
