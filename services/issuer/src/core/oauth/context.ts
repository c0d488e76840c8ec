import type { SigningAlgorithm } from '@mintmark/domain';
import type { RotationPolicy } from '@mintmark/keys/signing';
import type { ReplayMemory } from '@mintmark/keys';
import type { ProofVerifier } from '@mintmark/keys/dpop';
import type { AccessTokens, CatchUp } from '@mintmark/oauth';
import type { OAuthPeer } from './authority.ts';
import type { Keyring } from './keyring.ts';

/** How an issuer keeps its signing keys. */
export interface KeySettings extends RotationPolicy {
  /** Of new keys. */
  readonly algorithm: SigningAlgorithm;
}

/** What an issuer's decisions about signed tokens stand on, beside what all its decisions stand on. */
export interface OAuthContext {
  /** The region's keys, clients, organizations and denied tokens, and judgements by them. */
  readonly tokens: AccessTokens;
  readonly keyring: Keyring;
  readonly keys: KeySettings;
  readonly proofs: ProofVerifier;
  /** What counts once in the region: proofs that came to this issuer or to a validator. */
  readonly usedProofs: ReplayMemory;
  /** In the authority, which lacks nothing, it ends at once. */
  readonly catchUp: CatchUp;
  /** The authority's issuer; `undefined` in the authority itself. */
  readonly authority: OAuthPeer | undefined;
}
