import { type Bound, showBounds } from '@mintmark/kit/overload';
import type { Metrics } from '@mintmark/kit/telemetry';
import type { Composed } from './compose.ts';

/** What is asked of the validator's state at each scrape; `ofServers`: what bounds its surfaces. */
export function registerGauges(metrics: Metrics, { ctx, cache, attachment, bounds }: Composed, ofServers: readonly Bound[]): void {
  showBounds(metrics, [...bounds, ...ofServers]);
  const gauge = (name: string, help: string, value: () => number): void => {
    metrics.gauge({ name, help, collect: (set) => set({}, value()) });
  };
  gauge('mintmark_index', "The region's index as this service covers it.", () => ctx.follower.position?.revision ?? 0);
  gauge('mintmark_feed_age_seconds', "Time since the view's feed was last heard of.", () => ctx.follower.ageMs / 1_000);
  gauge('mintmark_feed_live', 'Whether the feed is followed now.', () => (ctx.follower.live ? 1 : 0));
  gauge('mintmark_attached', 'Whether the issuer holds writes back until this validator has heard of them.', () => (attachment.attached ? 1 : 0));
  gauge('mintmark_unreadable_policies', 'Policies whose text this version cannot read; they grant nothing.', () => ctx.access.shown.unreadable.size);
  gauge('mintmark_cached_tokens', 'Tokens in the cache.', () => cache.size);
  gauge('mintmark_denied_tokens', 'Denials of tokens that were revoked before their time, and of assertions that were used.', () => ctx.oauth.tokens.shown.denials);
  gauge('mintmark_watchers', 'Blocking queries and demands for freshness that wait.', () => ctx.longCalls.queries.taken);
  gauge('mintmark_lag_revisions', "Revisions of the authority's log that the region does not show yet.", () => {
    const { contact } = ctx.follower;
    return contact === undefined ? 0 : Math.max(0, contact.head - contact.covered);
  });
  gauge('mintmark_staleness_seconds', 'Time since the region was level with the authority, as verdicts tell it; 0 in the authority, NaN where it never was.', () => (ctx.strictness.toldMs ?? Number.NaN) / 1_000);
  gauge('mintmark_contact_age_seconds', 'Time since the authority was last heard of; 0 in the authority.', () => {
    const { contact } = ctx.follower;
    return contact === undefined ? 0 : Math.max(0, (ctx.world.clock.now() - contact.at) / 1_000);
  });
}
