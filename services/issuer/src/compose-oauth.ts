import { createProofVerifier, PROOF_WINDOW } from '@mintmark/keys/dpop';
import { AccessTokens, CatchUp } from '@mintmark/oauth';
import { checkRotationPolicy } from '@mintmark/keys/signing';
import type { IssuerConfig } from './config.ts';
import { Keyring } from './core/oauth/keyring.ts';
import type { OAuthContext } from './core/oauth/context.ts';
import { usedProofs } from './core/oauth/used-proofs.ts';
import type { IssuerPorts } from './compose.ts';
import type { OAuthPeer } from './core/oauth/authority.ts';

/** Tokens that an issuer remembers as verified: it judges only what is exchanged or revoked. */
const REMEMBERED = 1_024;
const EARLY_MS = 30_000;

/**
 * Puts the part of the issuer together that keeps keys and clients. `authority` says who is, and nothing in the authority itself. `catchUp` lets the region show what the
 * authority shows, within a bound.
 */
export function composeOAuth(
  config: IssuerConfig,
  { view, sealer, world }: IssuerPorts,
  authority: () => OAuthPeer | undefined,
  catchUp: () => Promise<void>,
): OAuthContext {
  const { region, tokens: settings, keys } = config;
  const replay = usedProofs();
  checkRotationPolicy(keys);
  const tokens = new AccessTokens(view, world.timers, { settings, remembered: REMEMBERED, earlyMs: EARLY_MS });
  return {
    tokens,
    keys,
    proofs: createProofVerifier({ ...PROOF_WINDOW, replay }),
    usedProofs: replay,
    catchUp: new CatchUp(catchUp),
    keyring: new Keyring({ region, tokens, view, sealer }),
    get authority() {
      return authority();
    },
  };
}
