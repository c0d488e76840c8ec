import { hash } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { type ClaimRefusal, isSeconds, isSingleUseId, isText, judgeForms } from '../jwt/claims.ts';
import { type JsonObject, parseObject } from '../jwt/json.ts';
import { type Jws, type JwsReason, type JwsRules, readJws } from '../jwt/jws.ts';
import { CURVE_ALGORITHMS, readPublicJwk } from '../jwt/public-jwk.ts';
import { checkSignature, isSigned, type SignatureCheck } from '../jwt/signature.ts';
import type { ReplayMemory } from '../replay.ts';
import { targetUri } from './uri.ts';

/** The request that a proof came with. */
export interface ProvedRequest {
  readonly method: string;
  /** Absolute, as the client addressed it; query and fragment do not matter. */
  readonly uri: string;
  /** At a resource: the access token that came with it. The proof must then have its `ath`. */
  readonly accessToken?: string;
  /** `cnf.jkt` of that token, or the key a client is bound to: the proof must be made with that key. */
  readonly jkt?: string;
  /** Nonces that count now (RFC 9449 section 8); absent where none is demanded. */
  readonly nonces?: readonly string[];
}

export type ProofReason =
  | JwsReason
  | ClaimRefusal['reason']
  /** `jwk` is no public key of an accepted kind. */
  | 'bad_key'
  | 'wrong_method'
  | 'wrong_uri'
  /** `iat` is older than `maxAgeMs`. */
  | 'too_old'
  /** No nonce, or not one that counts: answer `use_dpop_nonce` and give one. */
  | 'wrong_nonce'
  /** `ath` is missing or of another token. */
  | 'wrong_token'
  /** Made with another key than the token or client is bound to. */
  | 'wrong_key'
  | 'bad_signature'
  /** The proof was used before. */
  | 'replayed';

export type ProofResult =
  /** `jkt`: SHA-256 thumbprint of the proof's key, for `cnf.jkt` (RFC 9449 section 6.1). */
  { readonly ok: true; readonly jkt: string; readonly jti: string } | { readonly ok: false; readonly reason: ProofReason; readonly claim?: string };

export interface ProofOptions {
  /** How old a proof may be. Replays are remembered this long. */
  readonly maxAgeMs: number;
  /** How far the client's clock may be ahead. */
  readonly earlyMs: number;
  readonly replay: ReplayMemory;
  /** Default: `jose`. */
  readonly check?: SignatureCheck;
}

export type ProofVerifier = (proof: string, request: ProvedRequest, now: number) => Promise<ProofResult>;

/** How old a proof may be, and how far the client's clock may be ahead: the same for issuers and validators. Milliseconds. */
export const PROOF_WINDOW = { maxAgeMs: 60_000, earlyMs: 5_000 } as const;

const MAX_PROOF_LENGTH = 4_096;

/** `alg` of proofs, for `dpop_signing_alg_values_supported`. No RSA: the key comes with the request, and so would its cost. */
export const PROOF_ALGORITHMS: readonly string[] = CURVE_ALGORITHMS;

const RULES: JwsRules = {
  maxLength: MAX_PROOF_LENGTH,
  types: new Set(['dpop+jwt']),
  algorithms: new Set(PROOF_ALGORITHMS),
  jwk: 'required',
};

const FORMS = { jti: isSingleUseId, htm: isText, htu: isText, iat: isSeconds, nonce: isText, ath: isText };
const REQUIRED = ['jti', 'htm', 'htu', 'iat'];

interface ProofClaims {
  readonly jti: string;
  readonly htm: string;
  readonly htu: string;
  readonly iat: number;
  readonly nonce?: string;
  readonly ath?: string;
}

/**
 * Proofs of possession (RFC 9449 section 4.3). Order: header, claims, key, signature, replay: only a proof that is good in all else is remembered, so
 * that nobody can use up another's `jti` or fill the memory without signing. A failure of the memory passes on.
 */
export function createProofVerifier(options: ProofOptions): ProofVerifier {
  const { maxAgeMs, replay, check = checkSignature } = options;
  return async (proof, request, now) => {
    const read = readJws(proof, RULES);
    if (!read.ok) return read;
    const parsed = parseObject(read.jws.payload);
    if (!parsed.ok) return parsed;
    const unfit = judgeForms(parsed.value, FORMS, REQUIRED) ?? judgeRequest(parsed.value, request, options, now);
    if (unfit !== undefined) return unfit;
    const jkt = await provenKey(read.jws, request.jkt, check);
    if (typeof jkt !== 'string') return jkt;
    const { jti, iat } = parsed.value as unknown as ProofClaims;
    if (await replay.seen(`dpop:${jkt}:${jti}`, iat * 1_000 + maxAgeMs, now)) return { ok: false, reason: 'replayed' };
    return { ok: true, jkt, jti };
  };
}

function judgeRequest(
  claims: JsonObject,
  { method, uri, accessToken, nonces }: ProvedRequest,
  { maxAgeMs, earlyMs }: ProofOptions,
  now: number,
): ProofResult | undefined {
  const { htm, htu, iat, nonce, ath } = claims as unknown as ProofClaims;
  if (htm !== method) return { ok: false, reason: 'wrong_method', claim: 'htm' };
  const target = targetUri(htu);
  if (target === undefined || target !== targetUri(uri)) return { ok: false, reason: 'wrong_uri', claim: 'htu' };
  if (now >= iat * 1_000 + maxAgeMs) return { ok: false, reason: 'too_old', claim: 'iat' };
  if (now < iat * 1_000 - earlyMs) return { ok: false, reason: 'not_yet_valid', claim: 'iat' };
  if (nonces !== undefined && (nonce === undefined || !nonces.includes(nonce))) return { ok: false, reason: 'wrong_nonce', claim: 'nonce' };
  if (accessToken !== undefined && ath !== hash('sha256', accessToken, 'base64url')) return { ok: false, reason: 'wrong_token', claim: 'ath' };
  return undefined;
}

/** The thumbprint of the key in the header, once it has proved to have made the signature. */
async function provenKey(jws: Jws, expected: string | undefined, check: SignatureCheck): Promise<string | ProofResult> {
  const read = readPublicJwk(jws.header.jwk, { rsa: false });
  if (!read.ok) return { ok: false, reason: 'bad_key' };
  const { algorithms, publicKey, jwk } = read.key;
  if (!algorithms.includes(jws.algorithm)) return { ok: false, reason: 'unsupported_algorithm' };
  const jkt = await calculateJwkThumbprint(jwk, 'sha256');
  if (expected !== undefined && jkt !== expected) return { ok: false, reason: 'wrong_key' };
  return (await isSigned(jws, publicKey, check)) ? jkt : { ok: false, reason: 'bad_signature' };
}
