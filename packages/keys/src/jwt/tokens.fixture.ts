import { createHmac, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { SigningAlgorithm } from '@mintmark/domain';
import { createSealer } from '../sealing.ts';
import { generateSigningKey, openPrivateHalf, sealPrivateHalf } from '../signing/generate.ts';
import type { ActiveKey } from '../signing/key.ts';
import type { AccessClaims } from './claims.ts';
import type { Signer } from './sign.ts';

/** 2026-10-01T00:00:00Z. */
export const NOW = 1_790_812_800_000;
export const ISSUER = 'https://mint.example';
export const AUDIENCE = 'https://api.example';

export interface ActiveSigner extends Signer {
  readonly key: ActiveKey;
}

/** An active key that was made a day ago, and its private half as it comes out of its seal. */
export async function aSigner(algorithm: SigningAlgorithm, region = 'us-east'): Promise<ActiveSigner> {
  const sealer = createSealer([randomBytes(32)], randomBytes);
  const request = { region, sequence: 1, algorithm, now: NOW - 86_400_000, maxTokenLifetimeMs: 30 * 86_400_000 };
  const { key, privateHalf } = await generateSigningKey(request, randomBytes);
  const privateKey = openPrivateHalf(sealer, key.kid, sealPrivateHalf(sealer, key.kid, privateHalf));
  return { key: { ...key, state: 'active', activeFrom: NOW - 1_000 }, privateKey };
}

/** Claims of the AppDynamics sample and those of RFC 9068, five minutes from `NOW`. */
export function someClaims(): AccessClaims {
  const iat = NOW / 1_000;
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    exp: iat + 300,
    jti: 'OkpduCvgnH7p2gn2w80TmA',
    iat,
    nbf: iat - 120,
    sub: 'TestApiClient',
    type: 'API_CLIENT',
    id: 'afe41389-2e63-442a-ace6-12c594ae8c68',
    acctId: '8e0d7625-68c1-4182-a2af-aa16539ed848',
    acctName: 'e2e-customer',
    client_id: 'TestApiClient@e2e-customer',
  };
}

export const encoded = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token of any header and payload, a string being taken as it is, signed with the key as the header's `alg` or that of the key says. */
export function forged(header: unknown, payload: unknown, key: KeyObject): string {
  const input = `${encoded(header)}.${encoded(payload)}`;
  return `${input}.${signatureOf(input, key).toString('base64url')}`;
}

function signatureOf(input: string, key: KeyObject): Buffer {
  if (key.type === 'secret') return createHmac('sha256', key).update(input).digest();
  if (key.asymmetricKeyType === 'ec') return sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return sign(key.asymmetricKeyType === 'rsa' ? 'sha256' : null, Buffer.from(input), key);
}
