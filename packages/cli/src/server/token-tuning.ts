import type { EnvironmentReader } from '@mintmark/kit/config';
import { VALIDATOR_DEFAULTS } from '@mintmark/validator';

/** How a validator serves API clients and their tokens. */
export function readTokenTuning(env: EnvironmentReader) {
  const d = VALIDATOR_DEFAULTS;
  const rememberedTokens = env.integer('MINTMARK_REMEMBERED_TOKENS', { about: 'Signed tokens that are remembered as verified.', default: d.rememberedTokens, min: 1 });
  const jwksMaxAgeMs = env.durationMs('MINTMARK_JWKS_MAX_AGE', { about: 'How long verifiers may keep the key set.', default: d.jwksMaxAgeMs, minMs: 1_000, maxMs: 86_400_000 });
  const requireBasic = env.flag('MINTMARK_OAUTH_REQUIRE_BASIC', {
    about: 'Demand Authorization: Basic beside the form at /controller/api/oauth/access_token, as controllers before 4.5.9.',
    default: d.requireBasic,
  });
  const limit = (name: string, about: string, otherwise: number) => env.integer(name, { about, default: otherwise, min: 1 });
  const tokenLimits = {
    sourcePerSecond: limit('MINTMARK_OAUTH_SOURCE_RATE', 'Requests a second of one source to the token endpoints, for each validator.', d.tokenLimits.sourcePerSecond),
    clientPerSecond: limit('MINTMARK_OAUTH_CLIENT_RATE', 'Tokens a second for one client, for each validator.', d.tokenLimits.clientPerSecond),
    failuresPerMinute: limit('MINTMARK_OAUTH_FAILURE_RATE', 'Failed authentications a minute of one source, for each validator.', d.tokenLimits.failuresPerMinute),
  };
  return { rememberedTokens, rememberedSecrets: d.rememberedSecrets, jwksMaxAgeMs, requireBasic, tokenLimits };
}
