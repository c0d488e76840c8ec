import { parseFreshness } from '@mintmark/domain';
import { createProofVerifier, PROOF_WINDOW } from '@mintmark/keys/dpop';
import { deadline, type World } from '@mintmark/kit/lifecycle';
import { AccessTokens, CatchUp } from '@mintmark/oauth';
import type { Follower, KnownAuthority, ViewReader } from '@mintmark/view';
import type { ValidatorConfig } from './config.ts';
import { Decisions } from './core/decisions.ts';
import type { ChangeFeed } from './core/feed.ts';
import { OAuthAuthenticator } from './core/oauth/authenticate.ts';
import type { OAuthContext } from './core/oauth/context.ts';
import { TokenLimits } from './core/oauth/limits.ts';
import { usedProofs } from './core/oauth/used-proofs.ts';
import type { IssuerConnection } from './peers/issuer-client.ts';
import type { OAuthCalls } from './peers/oauth.ts';

const EARLY_MS = 30_000;
const CATCH_UP_WITHIN_MS = 1_500;
/** Of nothing: only the authority's freshness is asked for. */
const NO_DIGEST = '0'.repeat(64);

export interface OAuthParts {
  readonly view: ViewReader;
  readonly world: World;
  readonly follower: Follower;
  readonly feed: ChangeFeed;
  readonly issuer: IssuerConnection;
  readonly deciding: KnownAuthority;
  readonly calls: OAuthCalls;
  readonly trusted: () => boolean;
  readonly tokens: AccessTokens;
}

/** The copy of keys, clients and denials that the follower feeds. */
export function composeTokens(config: ValidatorConfig, view: ViewReader, world: World): AccessTokens {
  return new AccessTokens(view, world.timers, { settings: config.tokens, remembered: config.rememberedTokens, earlyMs: EARLY_MS });
}

/** Puts the part of a validator together that answers about signed tokens. */
export function composeOAuth(config: ValidatorConfig, parts: OAuthParts): OAuthContext {
  const { view, world, follower, trusted, tokens } = parts;
  const memory = new Decisions({ access: tokens, view, follower, trusted, world, stalenessMs: config.stalenessMs });
  const behind = new CatchUp(() => catchUp(parts));
  const authenticator = new OAuthAuthenticator({
    tokens,
    memory,
    catchUp: behind,
    proofs: createProofVerifier({ ...PROOF_WINDOW, replay: usedProofs(parts.calls, world.timers) }),
    clock: world.clock,
  });
  return {
    tokens,
    memory,
    authenticator,
    catchUp: behind,
    issuer: parts.calls,
    limits: new TokenLimits(config.tokenLimits),
    requireBasic: config.requireBasic,
    jwksMaxAgeMs: config.jwksMaxAgeMs,
  };
}

/** Waits until this process shows what the authority shows now. */
async function catchUp({ world, issuer, feed, tokens, deciding }: OAuthParts): Promise<void> {
  if (deciding.here) return;
  using bound = deadline(world.timers, CATCH_UP_WITHIN_MS);
  try {
    const { freshness } = await issuer.resolveSecret('token', NO_DIGEST, bound.signal);
    const wanted = parseFreshness(freshness);
    if (wanted !== undefined) await feed.covers(wanted, bound.signal);
    await tokens.whenSettled(bound.signal);
  } catch {
    // The authority cannot be reached, or the region is behind: what is known here decides.
  }
}
