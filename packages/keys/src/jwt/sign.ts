import type { KeyObject } from 'node:crypto';
import { CompactSign } from 'jose';
import type { SigningKey } from '../signing/key.ts';
import type { AccessClaims } from './claims.ts';
import { MAX_TOKEN_LENGTH } from './limits.ts';

/** What an issuer signs with: the region's signer and its opened private half. */
export interface Signer {
  readonly key: SigningKey;
  readonly privateKey: KeyObject;
}

export type SignResult =
  | { readonly ok: true; readonly token: string }
  | {
      readonly ok: false;
      readonly reason: /** The key is planned, retiring or gone: read the keys again. */
        | 'key_not_active'
        /** `exp` lies further ahead than the key's `maxTokenLifetimeMs`: the key could be gone before the token is. */
        | 'lifetime_too_long'
        /** Verifiers refuse tokens of this length: claim less. */
        | 'too_large';
    };

/**
 * An access token (RFC 9068): `typ` is `at+jwt` in every dialect, claims keep the order they are given in. `now`, milliseconds since the epoch, is the
 * time of the signature.
 */
export async function signAccessToken({ key, privateKey }: Signer, claims: AccessClaims, now: number): Promise<SignResult> {
  if (key.state !== 'active') return { ok: false, reason: 'key_not_active' };
  if (!(claims.exp * 1_000 - now <= key.maxTokenLifetimeMs)) return { ok: false, reason: 'lifetime_too_long' };
  const header = { kid: key.kid, alg: key.algorithm, typ: 'at+jwt' };
  const token = await new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader(header).sign(privateKey);
  return token.length > MAX_TOKEN_LENGTH ? { ok: false, reason: 'too_large' } : { ok: true, token };
}
