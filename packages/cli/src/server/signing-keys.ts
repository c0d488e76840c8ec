import { SIGNING_ALGORITHMS } from '@mintmark/domain';
import { ISSUER_DEFAULTS, type IssuerConfig } from '@mintmark/issuer';
import type { EnvironmentReader } from '@mintmark/kit/config';
import { checkRotationPolicy } from '@mintmark/keys/signing';

/** How the region's signing keys follow one another. */
export function readKeySettings(env: EnvironmentReader): IssuerConfig['keys'] {
  const d = ISSUER_DEFAULTS.keys;
  const algorithm = env.choice('MINTMARK_SIGNING_ALGORITHM', SIGNING_ALGORITHMS, { about: 'How new signing keys sign.', default: d.algorithm });
  const lifetimeMs = env.durationMs('MINTMARK_SIGNING_KEY_LIFETIME', { about: 'How long a key signs before the next one takes its place.', default: d.lifetimeMs, minMs: 1_000 });
  const publishAheadMs = env.durationMs('MINTMARK_SIGNING_KEY_PUBLISH_AHEAD', {
    about: 'How long a key is published before it signs; no shorter than MINTMARK_JWKS_MAX_AGE of the validators.',
    default: d.publishAheadMs,
    minMs: 1_000,
  });
  const settings = { algorithm, lifetimeMs, publishAheadMs, maxTokenLifetimeMs: d.maxTokenLifetimeMs, skewMs: d.skewMs };
  try {
    checkRotationPolicy(settings);
  } catch (error) {
    env.fault('MINTMARK_SIGNING_KEY_LIFETIME', `is refused: ${(error as RangeError).message}`);
  }
  return settings;
}
