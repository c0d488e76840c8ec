import { audiencesOf, type ClaimReason, type ClockSkew, checkSkew, isAudience, isSeconds, isSingleUseId, isText, judgeForms } from '../jwt/claims.ts';
import { type JsonObject, parseObject } from '../jwt/json.ts';
import { type Jws, type JwsReason, type JwsRules, readJws } from '../jwt/jws.ts';
import { MAX_TOKEN_LENGTH } from '../jwt/limits.ts';
import { checkSignature, isSigned, type SignatureCheck } from '../jwt/signature.ts';
import type { ReplayMemory } from '../replay.ts';
import { ASSERTION_ALGORITHMS, type ClientKey } from './client-keys.ts';

export type AssertionReason =
  | JwsReason
  | ClaimReason
  /** `iss` and `sub` differ, or are not the `client_id` of the request. */
  | 'wrong_client'
  /** No such client, or none that has keys. */
  | 'unknown_client'
  /** None of the client's keys has this `kid`, or without `kid` not exactly one fits the algorithm. */
  | 'unknown_key'
  /** `exp` lies further ahead than accepted. */
  | 'lifetime_too_long'
  | 'bad_signature'
  /** The assertion was used before. */
  | 'replayed';

export type AssertionResult =
  | { readonly ok: true; readonly clientId: string; readonly claims: JsonObject }
  | { readonly ok: false; readonly reason: AssertionReason; readonly claim?: string };

export interface AssertionOptions {
  /** What may stand in `aud`: the issuer identifier, and the token endpoint for older clients. Another audience beside them is refused. */
  readonly audiences: readonly string[];
  readonly skew: ClockSkew;
  /** How far ahead `exp` may lie. Replays are remembered this long at most. */
  readonly maxLifetimeMs: number;
  readonly replay: ReplayMemory;
  /** The keys of a client, whose name is text of whoever made the assertion; `undefined` for one that does not exist. */
  keysOf(clientId: string): Promise<readonly ClientKey[] | undefined> | readonly ClientKey[] | undefined;
  /** Default: `jose`. */
  readonly check?: SignatureCheck;
}

/** `clientId`: the request's own `client_id` parameter, where it has one. */
export type AssertionVerifier = (assertion: string, now: number, clientId?: string) => Promise<AssertionResult>;

const RULES: JwsRules = {
  maxLength: MAX_TOKEN_LENGTH,
  // Older clients send no typ; an explicit one of another kind of token never passes (RFC 8725 section 3.11).
  types: new Set([undefined, 'jwt', 'client-authentication+jwt']),
  algorithms: new Set(ASSERTION_ALGORITHMS),
  jwk: 'refused',
};

const FORMS = { iss: isText, sub: isText, aud: isAudience, exp: isSeconds, jti: isSingleUseId, iat: isSeconds, nbf: isSeconds };
const REQUIRED = ['iss', 'sub', 'aud', 'exp', 'jti'];

interface AssertionClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly jti: string;
  readonly iat?: number;
  readonly nbf?: number;
}

/**
 * Client authentication by JWT (RFC 7523 sections 2.2 and 3, RFC 7521 section 4.2). Order: header, claims, client, key, signature, replay: only a good
 * assertion is remembered, under its client, so that no client can use up another's `jti`. Failures of `keysOf` and of the memory pass on.
 */
export function createAssertionVerifier(options: AssertionOptions): AssertionVerifier {
  const { replay, skew, check = checkSignature } = options;
  checkSkew(skew);
  if (options.audiences.length === 0) throw new RangeError('audiences must name at least one');
  return async (assertion, now, clientId) => {
    const read = readJws(assertion, RULES);
    if (!read.ok) return read;
    const parsed = parseObject(read.jws.payload);
    if (!parsed.ok) return parsed;
    const unfit = judgeForms(parsed.value, FORMS, REQUIRED) ?? judge(parsed.value, clientId, options, now);
    if (unfit !== undefined) return unfit;
    const { sub, jti, exp } = parsed.value as unknown as AssertionClaims;
    const keys = await options.keysOf(sub);
    if (keys === undefined) return { ok: false, reason: 'unknown_client' };
    const key = keyFor(read.jws, keys);
    if (key === undefined) return { ok: false, reason: 'unknown_key' };
    if (!key.algorithms.includes(read.jws.algorithm)) return { ok: false, reason: 'unsupported_algorithm' };
    if (!(await isSigned(read.jws, key.publicKey, check))) return { ok: false, reason: 'bad_signature' };
    if (await replay.seen(`assertion:${JSON.stringify([sub, jti])}`, exp * 1_000 + skew.lateMs, now)) return { ok: false, reason: 'replayed' };
    return { ok: true, clientId: sub, claims: parsed.value };
  };
}

function judge(
  claims: JsonObject,
  clientId: string | undefined,
  { audiences, skew, maxLifetimeMs }: AssertionOptions,
  now: number,
): AssertionResult | undefined {
  const { iss, sub, aud, exp, iat, nbf } = claims as unknown as AssertionClaims;
  if (iss !== sub) return { ok: false, reason: 'wrong_client', claim: 'iss' };
  if (clientId !== undefined && sub !== clientId) return { ok: false, reason: 'wrong_client', claim: 'sub' };
  if (!audiencesOf(aud).every((one) => audiences.includes(one))) return { ok: false, reason: 'wrong_audience', claim: 'aud' };
  if (now >= exp * 1_000 + skew.lateMs) return { ok: false, reason: 'expired', claim: 'exp' };
  if (exp * 1_000 - now > maxLifetimeMs + skew.earlyMs) return { ok: false, reason: 'lifetime_too_long', claim: 'exp' };
  if (nbf !== undefined && now < nbf * 1_000 - skew.earlyMs) return { ok: false, reason: 'not_yet_valid', claim: 'nbf' };
  if (iat !== undefined && now < iat * 1_000 - skew.earlyMs) return { ok: false, reason: 'not_yet_valid', claim: 'iat' };
  return undefined;
}

function keyFor({ kid, algorithm }: Jws, keys: readonly ClientKey[]): ClientKey | undefined {
  if (kid !== undefined) return keys.find((key) => key.kid === kid);
  const fitting = keys.filter((key) => key.algorithms.includes(algorithm));
  return fitting.length === 1 ? fitting[0] : undefined;
}
