import { isObject } from '../jwt/json.ts';
import { FOREIGN_ALGORITHMS, type ForeignKey, readPublicJwk } from '../jwt/public-jwk.ts';

/** A key that a client signs its assertions with. */
export interface ClientKey extends ForeignKey {
  readonly kid: string | undefined;
}

export type ReadClientKeys = { readonly ok: true; readonly keys: readonly ClientKey[] } | { readonly ok: false; readonly problem: string };

const MAX_CLIENT_KEYS = 8;
const MAX_KID_LENGTH = 128;

/** `alg` of client assertions, for `token_endpoint_auth_signing_alg_values_supported`. */
export const ASSERTION_ALGORITHMS: readonly string[] = FOREIGN_ALGORITHMS;

/**
 * Reads a client's JWK set (RFC 7517 section 5) when it is registered, and again when it is used. All keys must be usable: P-256, P-384, Ed25519, or RSA
 * of 3,072 to 4,096 bits with its `alg`. `problem` names the key and what is accepted.
 */
export function readClientKeys(set: unknown): ReadClientKeys {
  if (!isObject(set) || !Array.isArray(set.keys)) return { ok: false, problem: 'must be a JWK set: an object with an array "keys"' };
  const found: readonly unknown[] = set.keys;
  if (found.length === 0 || found.length > MAX_CLIENT_KEYS) return { ok: false, problem: `keys must be 1 to ${MAX_CLIENT_KEYS}, not ${found.length}` };
  const keys: ClientKey[] = [];
  for (const [at, jwk] of found.entries()) {
    const read = readPublicJwk(jwk, { rsa: true });
    if (!read.ok) return { ok: false, problem: `keys[${at}] ${read.problem}` };
    const { kid, use } = jwk as { readonly kid?: unknown; readonly use?: unknown };
    if (use !== undefined && use !== 'sig') return { ok: false, problem: `keys[${at}].use must be absent or "sig"` };
    if (kid !== undefined && !isKid(kid)) return { ok: false, problem: `keys[${at}].kid must be a text of 1 to ${MAX_KID_LENGTH} characters` };
    if (kid !== undefined && keys.some((key) => key.kid === kid)) return { ok: false, problem: `keys[${at}].kid is that of another key` };
    keys.push({ ...read.key, kid: kid as string | undefined });
  }
  return { ok: true, keys };
}

function isKid(kid: unknown): boolean {
  return typeof kid === 'string' && kid !== '' && kid.length <= MAX_KID_LENGTH;
}
