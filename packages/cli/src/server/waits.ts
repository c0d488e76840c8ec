import type { EnvironmentReader } from '@mintmark/kit/config';
import { VALIDATOR_DEFAULTS } from '@mintmark/validator';

/** How many may wait for something at a validator, and how many of one client. */
export function readWaits(env: EnvironmentReader) {
  const d = VALIDATOR_DEFAULTS;
  const maxWatchers = env.integer('MINTMARK_MAX_WATCHERS', { about: 'Blocking queries that may wait at once; further ones are refused with 503.', default: d.maxWatchers, min: 1 });
  const maxWatchersPerClient = env.integer('MINTMARK_MAX_WATCHERS_PER_CLIENT', {
    about: 'Of those, and of the gRPC streams of each kind, so many for one token, or for one source where there is none; further ones are refused with 429.',
    default: d.maxWatchersPerClient,
    min: 1,
  });
  const maxStreams = env.integer('MINTMARK_MAX_STREAMS', { about: 'gRPC streams of each kind (`Watch`, `WatchRevocations`, `ValidateStream`) at once.', default: d.maxStreams, min: 1 });
  const maxIssuerCalls = env.integer('MINTMARK_MAX_ISSUER_CALLS', { about: 'Writes at the issuer at once, and reads as many again; further ones are refused with 503.', default: d.maxIssuerCalls, min: 1, max: 65_536 });
  return { maxWatchers, maxWatchersPerClient, maxStreams, maxIssuerCalls };
}
