import type { SigningAlgorithm } from '@mintmark/domain';
import type { PublicJwk, SigningKey } from './key.ts';

/** One public key of the set (RFC 7517 section 4). */
export type PublishedJwk = PublicJwk & { readonly kid: string; readonly alg: SigningAlgorithm; readonly use: 'sig' };

/** The body of `/.well-known/jwks.json` (RFC 7517 section 5). */
export interface JwkSet {
  readonly keys: readonly PublishedJwk[];
}

/**
 * Every public key that verifies at `now` or soon will: planned, active and retiring ones, of however many regions. Oldest first, then by `kid`:
 * the same keys give the same text, so an ETag over it holds.
 */
export function jwks(keys: readonly SigningKey[], now: number): JwkSet {
  return {
    keys: keys
      .filter((key) => key.state !== 'gone' && !(key.state === 'retiring' && key.goneAt <= now))
      .toSorted((a, b) => a.createdAt - b.createdAt || (a.kid < b.kid ? -1 : 1))
      .map(({ publicJwk, kid, algorithm }) => ({ ...publicJwk, kid, alg: algorithm, use: 'sig' })),
  };
}
