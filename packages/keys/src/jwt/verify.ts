import { createPublicKey, type KeyObject } from 'node:crypto';
import { SIGNING_ALGORITHMS } from '@mintmark/domain';
import type { SigningKey } from '../signing/key.ts';
import { type AccessClaims, type ClaimReason, checkSkew, type Expectations, judgeClaims } from './claims.ts';
import { type JsonObject, parseObject } from './json.ts';
import { type JwsReason, type JwsRules, readJws } from './jws.ts';
import { MAX_TOKEN_LENGTH } from './limits.ts';
import { checkSignature, isSigned, type SignatureCheck } from './signature.ts';

/** A signing key that was read once into what verifies. */
export interface VerificationKey {
  readonly key: SigningKey;
  readonly publicKey: KeyObject;
}

export function verificationKey(key: SigningKey): VerificationKey {
  return { key, publicKey: createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' }) };
}

export type KeyReason =
  /** No key of this `kid`, or no `kid`. */
  | 'unknown_key'
  /** The key does not sign yet. */
  | 'key_planned'
  /** All the key signed has expired. */
  | 'key_retired'
  /** Emergency retirement: nothing the key signed is believed. */
  | 'key_withdrawn';

export type TokenReason = JwsReason | ClaimReason | KeyReason | 'bad_signature';

export interface TokenRefused {
  readonly ok: false;
  readonly reason: TokenReason;
  /** The claim that was refused, where it is one. */
  readonly claim?: string;
}

export interface TokenVerified {
  readonly ok: true;
  /** Frozen in depth. */
  readonly claims: AccessClaims;
  readonly header: JsonObject;
  readonly kid: string;
  /** Milliseconds since the epoch: from here on it is expired, `lateMs` included. */
  readonly untilMs: number;
}

export type TokenResult = TokenVerified | TokenRefused;

/** Whether a key's signatures count at `now`; the reason where not. */
export type KeyStanding = (key: SigningKey, now: number) => Exclude<KeyReason, 'unknown_key'> | undefined;

export interface VerifierOptions extends Omit<Expectations, 'audiences'> {
  readonly audiences: readonly string[];
  /** The key of a `kid`, which is text of whoever made the token. Also keys that are gone: refusals then say why. */
  find(kid: string): VerificationKey | undefined;
  /** Default: `standingOf`. */
  readonly standing?: KeyStanding;
  /** Default: `jose`. */
  readonly check?: SignatureCheck;
}

/** Judges one access token at `now`, milliseconds since the epoch. Whether it was revoked is for the caller to ask. */
export type TokenVerifier = (token: string, now: number) => Promise<TokenResult>;

const RULES: JwsRules = {
  maxLength: MAX_TOKEN_LENGTH,
  types: new Set(['at+jwt']),
  algorithms: new Set(SIGNING_ALGORITHMS),
  jwk: 'refused',
};

/**
 * Refuses what is gone. A planned key counts: it is published ahead so that verifiers know it before they hear that it has begun to sign, and a
 * region that is cut off may hear that late.
 */
export const standingOf: KeyStanding = (key, now) => {
  if (key.state === 'gone') return key.cause === 'withdrawn' ? 'key_withdrawn' : 'key_retired';
  return key.state === 'retiring' && key.goneAt <= now ? 'key_retired' : undefined;
};

/**
 * Access tokens of this cluster (RFC 9068 section 4, RFC 8725). Order: length, form, header, key, claims, standing of the key, signature. What can be
 * refused without the signature never reaches it. Throws a `RangeError` for a skew beyond 30 s or no audience.
 */
export function createTokenVerifier(options: VerifierOptions): TokenVerifier {
  const { issuer, skew, standing = standingOf, check = checkSignature } = options;
  checkSkew(skew);
  if (options.audiences.length === 0) throw new RangeError('audiences must name at least one');
  const expectations: Expectations = { issuer, skew, audiences: new Set(options.audiences) };
  return async (token, now) => {
    const read = readJws(token, RULES);
    if (!read.ok) return read;
    const { jws } = read;
    const found = jws.kid === undefined ? undefined : options.find(jws.kid);
    if (found === undefined) return { ok: false, reason: 'unknown_key' };
    if (found.key.algorithm !== jws.algorithm) return { ok: false, reason: 'unsupported_algorithm' };
    const parsed = parseObject(jws.payload);
    if (!parsed.ok) return parsed;
    const judged = judgeClaims(parsed.value, expectations, now);
    if (!judged.ok) return judged;
    const fallen = standing(found.key, now);
    if (fallen !== undefined) return { ok: false, reason: fallen };
    if (!(await isSigned(jws, found.publicKey, check))) return { ok: false, reason: 'bad_signature' };
    const { claims } = judged;
    return { ok: true, claims, header: jws.header, kid: found.key.kid, untilMs: claims.exp * 1_000 + skew.lateMs };
  };
}
