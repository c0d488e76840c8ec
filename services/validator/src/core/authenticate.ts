import { encodeRecord, validator } from '@mintmark/contract';
import { digestOf, type Instant, instantOf, isUuid, type LiveEntry, parseTime, principalOf } from '@mintmark/domain';
import { DeadlineExceeded, deadline, type World } from '@mintmark/kit/lifecycle';
import { type Follower, type Read, ViewError, type ViewReader, type Watermark } from '@mintmark/view';
import { principalToWire } from './principal.ts';
import { ReadTokens } from './read-tokens.ts';
import type { Strictness } from './strictness.ts';
import { type AuthorityResolver, wasShownHere } from './resolver.ts';
import type { Cached, SlabCache } from './slab-cache.ts';
import type { Authentication, Authenticator, Presented } from './types.ts';

export interface AuthenticatorDeps {
  readonly view: ViewReader;
  readonly follower: Follower;
  readonly cache: SlabCache;
  /** Whether the cache alone may say allow. */
  readonly trusted: () => boolean;
  /** Absent where nobody is ever asked. */
  readonly resolver: AuthorityResolver<'token'> | undefined;
  /** Whether the region that shows this has compared what it has with the authority, so that its word about what is missing here may be believed. */
  readonly believes: (watermark: Watermark) => boolean;
  readonly world: World;
  /** How long the cache may answer while the view cannot be read: milliseconds since the feed was last heard of. */
  readonly stalenessMs: number;
  readonly strictness: Strictness;
  readonly counted: (answer: 'hit' | 'miss' | 'authority' | 'stale') => void;
}

type Token = LiveEntry<'token'>;

const READ_WITHIN_MS = 2_000;
const NOT_SEALED = new Uint8Array();

/**
 * Judges `acl` secrets. The order is cheap to dear: shape, cache, view, authority. An expiry that has been stated once stays stated, whatever the
 * wall clock does afterwards (P2).
 */
export class AclAuthenticator implements Authenticator {
  readonly #deps: AuthenticatorDeps;
  readonly #readTokens = new ReadTokens();
  readonly #reading = new Map<string, Promise<Read<Token | undefined>>>();
  #latest = 0;

  constructor(deps: AuthenticatorDeps) {
    this.#deps = deps;
  }

  authenticate(secret: string | undefined, presented: Presented): Promise<Authentication> {
    const known = this.fromCache(secret);
    if (known !== undefined) return Promise.resolve(known);
    return this.#fromView(secret as string, presented).then((judged) => this.#deps.strictness.judged(judged, false));
  }

  /** The answer where none of it needs to be asked for; `undefined` where it does. */
  fromCache(secret: string | undefined): Authentication | undefined {
    if (secret === undefined) return { outcome: 'anonymous' };
    if (!isUuid(secret)) return { outcome: 'malformed' };
    if (!this.#mayAnswerAtOnce()) return undefined;
    const digest = digestOf(secret.toLowerCase());
    const hit = this.#deps.cache.get(digest);
    if (hit === undefined) return undefined;
    this.#deps.counted('hit');
    return this.#judgeCached(digest, hit, secret);
  }

  /**
   * The bytes of the principal's message, of a token that the cache alone may say allow to, valid until the cache changes; `undefined` where the answer is
   * another one or has to be looked for.
   */
  cachedPrincipal(secret: string): Uint8Array | undefined {
    const cached = this.#allowedAtOnce(secret);
    return cached === undefined ? undefined : principalIn(cached);
  }

  /** Whether the cache alone says that the secret is a management token's. Where not, only `authenticate` tells. */
  managesAtOnce(secret: string | undefined): boolean {
    const cached = secret === undefined ? undefined : this.#allowedAtOnce(secret);
    return cached !== undefined && manages(cached);
  }

  #mayAnswerAtOnce(): boolean {
    return this.#deps.trusted() && !this.#deps.strictness.lapsed(false);
  }

  /** What is cached of a token whose time is not over. */
  #allowedAtOnce(secret: string): Uint8Array | undefined {
    if (!isUuid(secret) || !this.#mayAnswerAtOnce()) return undefined;
    const hit = this.#deps.cache.get(digestOf(secret.toLowerCase()));
    if (hit === undefined || hit.expiresAt <= this.#nowMs()) return undefined;
    this.#deps.counted('hit');
    return hit.bytes();
  }

  async #fromView(secret: string, { peer }: Presented): Promise<Authentication> {
    const digest = digestOf(secret.toLowerCase());
    let read: Read<Token | undefined>;
    try {
      read = await this.#read(digest);
    } catch (error) {
      if (!(error instanceof ViewError) && !(error instanceof DeadlineExceeded)) throw error;
      return this.#withoutView(digest, secret);
    }
    if (read.value !== undefined) {
      if (this.#deps.resolver?.outlives(digest, read.value) === true) return { outcome: 'unknown' };
      this.#deps.counted('miss');
      this.#keep(digest, read, read.value);
      return this.#judge(read.value, secret);
    }
    // The view may be ahead of the feed: what it has no more is not to come back from the cache (P2).
    this.#deps.cache.delete(digest);
    const resolved = await this.#deps.resolver?.resolve(digest, peer ?? '');
    if (resolved === undefined) return { outcome: 'unknown' };
    if (resolved === 'unanswered') return { outcome: 'unavailable' };
    if (!this.#deps.believes(read.watermark)) return { outcome: 'unavailable' };
    if (wasShownHere(read.watermark, resolved)) return { outcome: 'unknown' };
    this.#deps.counted('authority');
    const judged = this.#judge(resolved.entry, secret);
    return judged.outcome === 'authenticated' ? { ...judged, elsewhere: true } : judged;
  }

  /** One read per secret at a time. */
  #read(digest: string): Promise<Read<Token | undefined>> {
    const running = this.#reading.get(digest);
    if (running !== undefined) return running;
    const bound = deadline(this.#deps.world.timers, READ_WITHIN_MS);
    const read = this.#deps.view.find('token', 'secret', digest, { signal: bound.signal }).finally(() => {
      bound[Symbol.dispose]();
      this.#reading.delete(digest);
    });
    this.#reading.set(digest, read);
    return read;
  }

  #keep(digest: string, read: Read<Token | undefined>, token: Token): void {
    const { record } = token;
    if (!this.#deps.follower.unchangedSince('token', record.id, read.watermark)) return;
    const expiry = record.body.expirationTime === null ? undefined : parseTime(record.body.expirationTime);
    const expiresAt = expiry === undefined ? Number.POSITIVE_INFINITY : Number(expiry) / 1e6;
    const { signature: _, ...unsigned } = record;
    const lean = { ...unsigned, body: { ...record.body, secret: { ...record.body.secret, sealed: NOT_SEALED } } };
    this.#deps.cache.set({ digest, id: record.id, bytes: packed(token, encodeRecord(lean)), revision: token.revision, expiresAt });
  }

  /** The view cannot be read: what the cache says counts for a while, and nothing else does. */
  #withoutView(digest: string, secret: string): Authentication {
    const { follower, cache, stalenessMs } = this.#deps;
    const hit = follower.ageMs <= stalenessMs ? cache.get(digest) : undefined;
    if (hit === undefined) return { outcome: 'unavailable' };
    this.#deps.counted('stale');
    return this.#judgeCached(digest, hit, secret);
  }

  #judgeCached(digest: string, hit: Cached, secret: string): Authentication {
    if (hit.expiresAt <= this.#nowMs()) return { outcome: 'expired' };
    const { token, principal } = this.#readTokens.of(digest, hit, recordIn);
    return { outcome: 'authenticated', principal, token, secret };
  }

  #judge(token: Token, secret: string): Authentication {
    const { expirationTime } = token.record.body;
    const expiry = expirationTime === null ? undefined : parseTime(expirationTime);
    if (expiry !== undefined && expiry <= this.#now()) return { outcome: 'expired' };
    return { outcome: 'authenticated', principal: principalOf(token), token, secret };
  }

  #now(): Instant {
    return instantOf(this.#nowMs());
  }

  /** The latest wall-clock time seen. */
  #nowMs(): number {
    this.#latest = Math.max(this.#latest, this.#deps.world.clock.now());
    return this.#latest;
  }
}

/*
 * What is cached of a token: whether it is a management token, the length of its principal's message, that message, the record. Most questions want no
 * more than the first parts, and want them as they are.
 */
const HEAD_BYTES = 5;
const MANAGEMENT = 1;

function packed(token: Token, record: Uint8Array): Uint8Array {
  const principal = validator.Principal.encode(principalToWire(principalOf(token))).finish();
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + principal.length + record.length);
  bytes[0] = token.record.body.type === 'management' ? MANAGEMENT : 0;
  bytes.writeUInt32LE(principal.length, 1);
  bytes.set(principal, HEAD_BYTES);
  bytes.set(record, HEAD_BYTES + principal.length);
  return bytes;
}

function manages(bytes: Uint8Array): boolean {
  return bytes[0] === MANAGEMENT;
}

function principalIn(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(HEAD_BYTES, HEAD_BYTES + lengthIn(bytes));
}

function recordIn(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(HEAD_BYTES + lengthIn(bytes));
}

function lengthIn(bytes: Uint8Array): number {
  return ((bytes[1] as number) | ((bytes[2] as number) << 8) | ((bytes[3] as number) << 16) | ((bytes[4] as number) << 24)) >>> 0;
}
