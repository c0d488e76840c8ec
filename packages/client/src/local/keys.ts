import { SIGNING_ALGORITHMS } from '@mintmark/domain';
import { compactVerify, createRemoteJWKSet, errors } from 'jose';

const FETCH_WITHIN_MS = 2_000;
const COOL_DOWN_MS = 5_000;

/** What a region's key set says of a signed token: `unsure` where the key is not known here, or the set cannot be fetched. */
export type Signed = 'good' | 'bad' | 'unsure';

/** Checks signatures by the key set of a region, so that made-up tokens cost the region nothing. */
export function keySet(address: string): (token: string) => Promise<Signed> {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', address), { timeoutDuration: FETCH_WITHIN_MS, cooldownDuration: COOL_DOWN_MS });
  return async (token) => {
    try {
      await compactVerify(token, keys, { algorithms: [...SIGNING_ALGORITHMS] });
      return 'good';
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWSInvalid || error instanceof errors.JOSEAlgNotAllowed) return 'bad';
      return 'unsure';
    }
  };
}
