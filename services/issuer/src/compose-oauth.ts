import { AccessTokens } from '@mintmark/oauth';
import { checkRotationPolicy } from '@mintmark/keys/signing';
import type { IssuerConfig } from './config.ts';
import { Keyring } from './core/oauth/keyring.ts';
import type { OAuthContext } from './core/oauth/context.ts';
import { connectOAuthAuthority } from './peers/oauth-client.ts';
import type { IssuerPorts } from './service.ts';

/** Tokens that an issuer remembers as verified: it judges only what is exchanged or revoked. */
const REMEMBERED = 1_024;
const EARLY_MS = 30_000;

/** Puts the part of the issuer together that keeps keys and clients. What has to be disposed of goes onto the stack. */
export function composeOAuth(config: IssuerConfig, { view, sealer, world }: IssuerPorts, stack: AsyncDisposableStack): OAuthContext {
  const { region, authority, rpc, tokens: settings, keys } = config;
  checkRotationPolicy(keys);
  const tokens = new AccessTokens(view, world.timers, { settings, remembered: REMEMBERED, earlyMs: EARLY_MS });
  return {
    tokens,
    keys,
    keyring: new Keyring({ region, tokens, view, sealer }),
    authority: authority === undefined ? undefined : stack.use(connectOAuthAuthority(authority, rpc.tls, region)),
  };
}
