import { type AccessClaims, createTokenVerifier, standingOf, type TokenReason, type TokenResult, type TokenVerified, VerifiedTokens } from '@mintmark/keys/jwt';
import { Mirror, type MirrorWorld, type ViewReader } from '@mintmark/view';
import { type ClientEntry, Facts, OAUTH_KINDS, type OAuthKind, type OrganizationEntry } from './facts.ts';
import { rolesIn } from './scope.ts';

/** `type` of the tokens of this dialect: a signed token of another one is never taken for one (P9). */
export const API_CLIENT = 'API_CLIENT';

/** How tokens are made and judged; the same in every region. */
export interface TokenSettings {
  /** `iss`, and the issuer of the metadata (RFC 8414 section 2). */
  readonly issuer: string;
  /** Audiences that tokens may have. The first is this service itself: tokens have it unless another is asked for, and only those with it count here. */
  readonly audiences: readonly [string, ...string[]];
}

export type JudgedReason =
  | TokenReason
  /** Not a token of an API client. */
  | 'wrong_kind'
  /** Revoked on its own, or with a token that it was exchanged for. */
  | 'denied'
  | 'unknown_client'
  | 'client_disabled'
  /** Issued before a not-before of the client or its organization. */
  | 'before_not_before';

export interface JudgedToken {
  readonly ok: true;
  readonly claims: AccessClaims;
  readonly kid: string;
  /** Milliseconds since the epoch. */
  readonly untilMs: number;
  readonly client: ClientEntry;
  readonly organization: OrganizationEntry;
  /** Those that its client has now, within its scope. */
  readonly roles: readonly string[];
  /** SHA-256 thumbprint of the key that it is bound to (RFC 9449 section 6). */
  readonly jkt: string | undefined;
}

export type TokenJudgement = JudgedToken | { readonly ok: false; readonly reason: JudgedReason };

const PERHAPS_BEHIND: ReadonlySet<JudgedReason> = new Set<JudgedReason>(['unknown_client', 'client_disabled', 'unknown_key']);

/** Whether a region may have found it only because it is behind the authority (P6). */
export function isPerhapsBehind(judged: TokenJudgement): boolean {
  return !judged.ok && PERHAPS_BEHIND.has(judged.reason);
}

export interface AccessTokensOptions {
  readonly settings: TokenSettings;
  /** So many tokens at most are remembered as verified. */
  readonly remembered: number;
  /** How far the clock of an issuer may be ahead: milliseconds. */
  readonly earlyMs: number;
}

/**
 * Judges signed access tokens by what a region knows now: its keys, clients, organizations and denied tokens, in memory. A signature is verified once; all
 * else is looked at each time, so that nothing has to be forgotten when it changes. To be asked when settled.
 */
export class AccessTokens extends Mirror<OAuthKind, Facts> {
  readonly settings: TokenSettings;
  readonly #verified: VerifiedTokens;

  constructor(view: ViewReader, world: MirrorWorld, { settings, remembered, earlyMs }: AccessTokensOptions) {
    super(view, world, OAUTH_KINDS, () => new Facts());
    this.settings = settings;
    const { issuer, audiences } = settings;
    const verify = createTokenVerifier({ issuer, audiences, skew: { earlyMs, lateMs: 0 }, find: (kid) => this.shown.key(kid) });
    this.#verified = new VerifiedTokens(verify, { max: remembered });
  }

  /** Judges a token at `now`, milliseconds since the epoch. Whether it is bound to a key, and for whom it is, is for the caller to mind. */
  async judge(token: string, now: number): Promise<TokenJudgement> {
    const result = await this.#verified.verify(token, now);
    return result.ok ? this.#standing(result, now) : refused(result);
  }

  /** The judgement where its signature is known to be good; `undefined` where it has to be verified. */
  judgeAtOnce(token: string, now: number): TokenJudgement | undefined {
    const verified = this.#verified.peek(token, now);
    return verified === undefined ? undefined : this.#standing(verified, now);
  }

  /** A good token of whatever kind, whose key counts now and that was not denied. Whom it is of is for the caller to mind. */
  async verifiedNow(token: string, now: number): Promise<TokenVerified | { readonly ok: false; readonly reason: TokenReason | 'denied' }> {
    const result = this.#verified.peek(token, now) ?? (await this.#verified.verify(token, now));
    if (!result.ok) return { ok: false, reason: result.reason };
    const key = this.shown.key(result.kid)?.key;
    const fallen = key === undefined ? 'unknown_key' : standingOf(key, now);
    if (fallen !== undefined) return { ok: false, reason: fallen };
    return this.shown.isDenied(result.claims.jti) ? { ok: false, reason: 'denied' } : result;
  }

  #standing({ claims, kid, untilMs }: TokenVerified, now: number): TokenJudgement {
    const facts = this.shown;
    const { type, id, acctId, scope, cnf, ancestors } = claims as AccessClaims & { readonly cnf?: { readonly jkt?: unknown }; readonly ancestors?: readonly string[] };
    const key = facts.key(kid)?.key;
    if (key === undefined) return { ok: false, reason: 'unknown_key' };
    const fallen = standingOf(key, now);
    if (fallen !== undefined) return { ok: false, reason: fallen };
    if (type !== API_CLIENT || typeof id !== 'string') return { ok: false, reason: 'wrong_kind' };
    if (facts.isDenied(claims.jti) || ancestors?.some((jti) => facts.isDenied(jti)) === true) return { ok: false, reason: 'denied' };
    const client = facts.client(id);
    const organization = client === undefined ? undefined : facts.organization(client.record.body.organization);
    if (client === undefined || organization === undefined || organization.record.id !== acctId) return { ok: false, reason: 'unknown_client' };
    const { enabled, roles } = client.record.body;
    if (!enabled) return { ok: false, reason: 'client_disabled' };
    if (claims.iat * 1_000 < notBeforeOf(client, organization)) return { ok: false, reason: 'before_not_before' };
    const within = scope === undefined ? roles : rolesWithin(roles, scope);
    const jkt = cnf === undefined ? undefined : String(cnf.jkt);
    return { ok: true, claims, kid, untilMs, client, organization, roles: within, jkt };
  }
}

/** Tokens of before this instant are refused: the latest of all that apply. Milliseconds since the epoch. */
export function notBeforeOf(client: ClientEntry, organization: OrganizationEntry): number {
  return Math.max(client.record.body.notBefore, organization.record.body.notBefore);
}

function rolesWithin(roles: readonly string[], scope: unknown): readonly string[] {
  const named = typeof scope === 'string' ? (rolesIn(scope) ?? []) : [];
  return roles.filter((role) => named.includes(role));
}

function refused(result: Extract<TokenResult, { ok: false }>): TokenJudgement {
  return { ok: false, reason: result.reason };
}
