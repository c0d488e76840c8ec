import { Refusal } from '@mintmark/domain';
import { Places } from '@mintmark/kit/overload';
import type { ValidatorConfig } from '../config.ts';

/** Places of those who stay, or ask for a lot, by kind of call. */
export interface LongCalls {
  /** Blocking queries and demands for freshness, by token, or by source where there is none. */
  readonly queries: Places;
  /** Streams of what happens to a kind of record, by token. */
  readonly events: Places;
  /** Streams of what has changed of what verdicts rest on, by source. */
  readonly revocations: Places;
  /** Streams of verdicts, by source. */
  readonly verdicts: Places;
  /** Reports of what leaked, by source: they need no credential, and each makes the authority look for up to a thousand tokens. */
  readonly reports: Places;
}

const MOST_REPORTS = { limit: 8, perClient: 2 };

export function longCallsOf({ maxWatchers, maxStreams, maxWatchersPerClient }: Pick<ValidatorConfig, 'maxWatchers' | 'maxStreams' | 'maxWatchersPerClient'>): LongCalls {
  const places = (name: string, limit: number): Places => new Places({ name, limit, perClient: Math.min(limit, maxWatchersPerClient) });
  return {
    queries: places('watchers', maxWatchers),
    events: places('event_streams', maxStreams),
    revocations: places('revocation_streams', maxStreams),
    verdicts: places('verdict_streams', maxStreams),
    reports: new Places({ name: 'leak_reports', ...MOST_REPORTS }),
  };
}

/**
 * A place until it is disposed of. Throws the refusal `resource_exhausted` where the client has as many as one may have: waiting does not help it. Where all are taken: `unavailable`.
 */
export function placeIn(places: Places, client: string): Disposable {
  const place = places.take(client);
  if (place === 'client') throw new Refusal('resource_exhausted', `${places.perClient} of this client wait here already`, { retryAfterMs: 1_000 });
  if (place === 'full') throw new Refusal('unavailable', `${places.limit} wait here already: try again, or ask another validator`, { retryAfterMs: 1_000 });
  return place;
}
