import type { Metrics } from '@mintmark/kit/telemetry';
import { type StatusSources, statusOfReplicator } from './status.ts';

/** What is asked of the replicator's state at each scrape. */
export function registerGauges(metrics: Metrics, sources: StatusSources): void {
  metrics.gauge({ name: 'mintmark_index', help: "The region's index as this service covers it.", collect: (set) => set({}, statusOfReplicator(sources).applied) });
  metrics.gauge({
    name: 'mintmark_lag_revisions',
    help: "Revisions of the authority's log that the region does not show yet.",
    collect(set) {
      const { lag } = statusOfReplicator(sources);
      set({}, lag === undefined ? 0 : Math.max(0, lag.authorityHead - lag.covered));
    },
  });
  metrics.gauge({ name: 'mintmark_lag_seconds', help: 'Time since the region was last known to be level with the authority; 0 in the authority.', collect: (set) => set({}, (statusOfReplicator(sources).lag?.behindMs ?? 0) / 1_000) });
}
