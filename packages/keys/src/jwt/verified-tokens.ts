import { digestOf } from '@mintmark/domain';
import { LRUCache } from 'lru-cache';
import type { TokenResult, TokenVerified, TokenVerifier } from './verify.ts';

/**
 * Tokens whose signature was found good, by the digest of their text, until they expire or are told to be forgotten: a token that comes again
 * costs no second check. Bounded: the one not asked for longest makes room. It knows nothing of revocations; whoever hears of one forgets here or
 * judges the claims after.
 *
 * A check that was under way when something was forgotten is not remembered, and nobody who asks later shares it: it may rest on a key that no
 * longer counts.
 */
export class VerifiedTokens {
  readonly #verify: TokenVerifier;
  readonly #held: LRUCache<string, TokenVerified>;
  /** Digests by `jti` and by `kid`: as many texts as carry them. */
  readonly #byJti = new Map<string, Set<string>>();
  readonly #byKid = new Map<string, Set<string>>();
  #underWay = new Map<string, Promise<TokenResult>>();

  constructor(verify: TokenVerifier, { max }: { readonly max: number }) {
    this.#verify = verify;
    this.#held = new LRUCache({ max, dispose: (verified, digest) => this.#unlink(verified, digest) });
  }

  get size(): number {
    return this.#held.size;
  }

  /** What is known of the token without any check; `undefined` where it must be verified. */
  peek(token: string, now: number): TokenVerified | undefined {
    return this.#peek(digestOf(token), now);
  }

  /** As the verifier answers, which is asked once for all who ask for the same token at the same time. Refusals are not remembered. */
  async verify(token: string, now: number): Promise<TokenResult> {
    const digest = digestOf(token);
    return this.#peek(digest, now) ?? this.#underWay.get(digest) ?? this.#begin(digest, token, now);
  }

  /** One token, by its `jti`. */
  forgetToken(jti: string): void {
    this.#forget(this.#byJti.get(jti));
  }

  /** All that a key signed. */
  forgetKey(kid: string): void {
    this.#forget(this.#byKid.get(kid));
  }

  forgetAll(): void {
    this.#underWay = new Map();
    this.#held.clear();
  }

  #peek(digest: string, now: number): TokenVerified | undefined {
    const verified = this.#held.get(digest);
    if (verified === undefined || now < verified.untilMs) return verified;
    this.#held.delete(digest);
    return undefined;
  }

  #begin(digest: string, token: string, now: number): Promise<TokenResult> {
    const mine = this.#underWay;
    const result = this.#remembered(digest, token, now, mine);
    mine.set(digest, result);
    return result;
  }

  async #remembered(digest: string, token: string, now: number, mine: Map<string, Promise<TokenResult>>): Promise<TokenResult> {
    try {
      const result = await this.#verify(token, now);
      if (result.ok && mine === this.#underWay) this.#hold(digest, result);
      return result;
    } finally {
      mine.delete(digest);
    }
  }

  #hold(digest: string, verified: TokenVerified): void {
    this.#held.set(digest, verified);
    link(this.#byJti, verified.claims.jti, digest);
    link(this.#byKid, verified.kid, digest);
  }

  #forget(digests: ReadonlySet<string> | undefined): void {
    this.#underWay = new Map();
    for (const digest of [...(digests ?? [])]) this.#held.delete(digest);
  }

  #unlink(verified: TokenVerified, digest: string): void {
    unlink(this.#byJti, verified.claims.jti, digest);
    unlink(this.#byKid, verified.kid, digest);
  }
}

function link(index: Map<string, Set<string>>, key: string, digest: string): void {
  const digests = index.get(key);
  if (digests === undefined) index.set(key, new Set([digest]));
  else digests.add(digest);
}

function unlink(index: Map<string, Set<string>>, key: string, digest: string): void {
  const digests = index.get(key);
  digests?.delete(digest);
  if (digests?.size === 0) index.delete(key);
}
