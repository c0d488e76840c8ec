import { isSessionAudience, Refusal, SESSION_AUDIENCES, type SessionAudience } from '@mintmark/domain';
import { CannotOpen, createReplayMemory, ReplayMemoryFull, type Sealer } from '@mintmark/keys';
import type { World } from '@mintmark/kit/lifecycle';
import { type Challenge, type Provider, ProviderError, type ProviderProblem, type ProviderSettings } from './provider.ts';

/*
 * Sign-in through an OpenID provider: authorization code with PKCE (RFC 6749 4.1, RFC 7636, RFC 9700 2.1).
 *
 * S1  What ties the answer to the browser (state, nonce, verifier) leaves the issuer sealed only, lives ten minutes, and is used once.
 * S2  The issuer itself exchanges the code and checks the answer. A validator carries both ways what it cannot open or make.
 * S3  Browsers come back to one of the configured URLs, and nowhere else.
 * S4  Before the provider is asked anything, the answer's state is that of this browser.
 */

const LIFETIME_MS = 600_000;
const CONTEXT = 'sign-in through a provider';
/** Sign-ins that are remembered as used. */
const REMEMBERED = 50_000;
/** Answers that may be judged at once: each waits for the provider. */
const MAX_JUDGED = 64;

const BEGIN_AGAIN = 'begin the sign-in again';

/** What the caller is told. */
const REFUSALS: Readonly<Record<ProviderProblem, (detail: string) => Refusal>> = {
  away: () => new Refusal('unavailable', 'the sign-in provider does not answer as it should: try again', { retryAfterMs: 2_000 }),
  declined: (detail) => new Refusal('permission_denied', `the sign-in provider refused: ${detail}`),
  used_up: () => new Refusal('invalid_argument', `the code is used up or too old: ${BEGIN_AGAIN}`),
  untrusted: () => new Refusal('permission_denied', `the sign-in provider's answer is not to be trusted: ${BEGIN_AGAIN}`),
  nameless: () => notKnown(),
};

/** Whoever the provider names is told the same, whether nobody is of that name here or somebody who may not sign in so. */
export function notKnown(): Refusal {
  return new Refusal('permission_denied', 'nobody who may sign in this way is known here by that account');
}

/** A sign-in between its two halves. */
interface Pending extends Challenge {
  readonly audience: SessionAudience;
  readonly tenantAlias: string;
  /** Milliseconds since the epoch. */
  readonly began: number;
}

export interface BegunSignIn {
  readonly authorizationUrl: string;
  readonly redirectUrl: string;
  readonly sealed: Uint8Array;
}

/** Whom a provider vouches for, and where the session is to be. */
export interface JudgedSignIn extends Pick<Pending, 'audience' | 'tenantAlias'> {
  readonly username: string;
}

export class SignIns {
  readonly #redirectUrls: readonly URL[];
  readonly #provider: Provider;
  readonly #sealer: Sealer;
  readonly #world: World;
  readonly #used = createReplayMemory({ max: REMEMBERED });
  #judged = 0;

  constructor({ redirectUrls }: Pick<ProviderSettings, 'redirectUrls'>, provider: Provider, ports: { readonly sealer: Sealer; readonly world: World }) {
    this.#redirectUrls = redirectUrls;
    this.#provider = provider;
    this.#sealer = ports.sealer;
    this.#world = ports.world;
  }

  /** Throws the refusals `invalid_argument` and `unavailable`. */
  async begin({ audience, tenantAlias, host }: { readonly audience: string; readonly tenantAlias: string; readonly host: string }): Promise<BegunSignIn> {
    if (!isSessionAudience(audience)) throw new Refusal('invalid_argument', `audience must be one of: ${SESSION_AUDIENCES.join(', ')}`);
    if (tenantAlias.length > 200) throw new Refusal('invalid_argument', 'tenantAlias must have at most 200 characters');
    const redirectUrl = this.#redirectUrls.find((url) => url.host === host.toLowerCase())?.href;
    if (redirectUrl === undefined) throw new Refusal('invalid_argument', `sign-ins begin at one of: ${this.#redirectUrls.map(({ origin }) => origin).join(', ')}`);
    const pending: Pending = { state: this.#value(), nonce: this.#value(), verifier: this.#value(), redirectUrl, audience, tenantAlias, began: this.#world.clock.now() };
    const authorizationUrl = await this.#provider.authorizationUrl(pending).catch(refuse);
    return { authorizationUrl, redirectUrl, sealed: this.#sealer.seal(JSON.stringify(pending), CONTEXT) };
  }

  /** Throws `ProviderError`, and the refusals `invalid_argument` and `unavailable`. */
  async judge(sealed: Uint8Array, query: string): Promise<JudgedSignIn> {
    const pending = this.#opened(sealed);
    const now = this.#world.clock.now();
    const stale = pending === undefined || now >= pending.began + LIFETIME_MS;
    if (stale || new URLSearchParams(query).get('state') !== pending.state) {
      throw new Refusal('invalid_argument', `the answer does not belong to a sign-in that this browser began within ten minutes: ${BEGIN_AGAIN}`);
    }
    if (this.#judged >= MAX_JUDGED || this.#isUsed(pending, now) === 'full') throw new Refusal('unavailable', 'too many sign-ins now: try again', { retryAfterMs: 2_000 });
    this.#judged += 1;
    try {
      return { username: await this.#provider.usernameOf(query, pending), audience: pending.audience, tenantAlias: pending.tenantAlias };
    } finally {
      this.#judged -= 1;
    }
  }

  /** Throws the refusal of one that is used. */
  #isUsed({ state, began }: Pending, now: number): 'fresh' | 'full' {
    try {
      if (!this.#used.seen(state, began + LIFETIME_MS, now)) return 'fresh';
    } catch (error) {
      if (error instanceof ReplayMemoryFull) return 'full';
      throw error;
    }
    throw REFUSALS.used_up('');
  }

  #opened(sealed: Uint8Array): Pending | undefined {
    try {
      return JSON.parse(this.#sealer.open(sealed, CONTEXT)) as Pending;
    } catch (error) {
      if (error instanceof CannotOpen) return undefined;
      throw error;
    }
  }

  /** 256 random bits, 43 characters of RFC 7636's alphabet. */
  #value(): string {
    return Buffer.from(this.#world.random.bytes(32)).toString('base64url');
  }
}

/** A provider's error as what the caller is told. */
export function refuse(error: unknown): never {
  if (error instanceof ProviderError) throw REFUSALS[error.problem](error.detail);
  throw error;
}
