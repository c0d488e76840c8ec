import { createReplayMemory } from '@mintmark/keys';
import { createProofVerifier } from '@mintmark/keys/dpop';
import { AccessTokens, CatchUp } from '@mintmark/oauth';
import { checkRotationPolicy } from '@mintmark/keys/signing';
import type { IssuerConfig } from './config.ts';
import { Keyring } from './core/oauth/keyring.ts';
import type { OAuthContext } from './core/oauth/context.ts';
import type { IssuerPorts } from './compose.ts';
import type { OAuthPeer } from './core/oauth/authority.ts';

/** Tokens that an issuer remembers as verified: it judges only what is exchanged or revoked. */
const REMEMBERED = 1_024;
const EARLY_MS = 30_000;
/** How old a proof of possession may be, how far its maker's clock may be ahead, and how many are remembered for that long. */
const PROOFS = { maxAgeMs: 60_000, earlyMs: 5_000, max: 200_000 } as const;

/**
 * Puts the part of the issuer together that keeps keys and clients. `authority` is absent in the authority itself. `catchUp` lets the region show what the
 * authority shows, within a bound.
 */
export function composeOAuth(
  config: IssuerConfig,
  { view, sealer, world }: IssuerPorts,
  authority: OAuthPeer | undefined,
  catchUp: () => Promise<void>,
): OAuthContext {
  const { region, tokens: settings, keys } = config;
  const { max, maxAgeMs, earlyMs } = PROOFS;
  checkRotationPolicy(keys);
  const tokens = new AccessTokens(view, world.timers, { settings, remembered: REMEMBERED, earlyMs: EARLY_MS });
  return {
    tokens,
    keys,
    proofs: createProofVerifier({ maxAgeMs, earlyMs, replay: createReplayMemory({ max }) }),
    catchUp: authority === undefined ? undefined : new CatchUp(catchUp),
    keyring: new Keyring({ region, tokens, view, sealer }),
    authority,
  };
}
