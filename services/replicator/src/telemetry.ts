import type { Logger, Metrics } from '@mintmark/kit/telemetry';
import type { ReplicatorEvents } from './events.ts';

/** Events as log lines and counters. */
export function replicatorEvents(logger: Logger, metrics: Metrics): ReplicatorEvents {
  const moved = metrics.counter({ name: 'mintmark_replicator_entries_total', help: 'Entries moved.', labels: ['loop'] });
  const interruptions = metrics.counter({ name: 'mintmark_replicator_interruptions_total', help: 'Failures after which a loop was tried again.', labels: ['loop'] });
  const differences = metrics.counter({ name: 'mintmark_replicator_differences_total', help: 'Records that differed from the view or the authority.', labels: ['with'] });
  const repairs = metrics.counter({ name: 'mintmark_replicator_repairs_total', help: 'Of those, the ones that were repaired.', labels: ['with'] });
  const asides = metrics.counter({ name: 'mintmark_replicator_set_aside_total', help: 'Records left out so that others go on: unreadable ones, and refused ones, which no issuer has signed.', labels: ['source', 'why'] });
  return {
    interrupted({ loop, error }) {
      interruptions.inc({ loop });
      logger.warn({ event: 'interrupted', loop, error }, `${loop} was interrupted and is tried again`);
    },
    folding: (event) => logger.warn({ event: 'folding', ...event }, 'the view is folded from the start'),
    ready: (event) => logger.info({ event: 'ready', ...event }, 'the view is ready'),
    restored: (event) => logger.error({ event: 'restored', ...event }, 'the log was lost, and has been written again from the view'),
    projected: ({ entries }) => moved.inc({ loop: 'project' }, entries),
    pulled: ({ entries }) => moved.inc({ loop: 'pull' }, entries),
    reconciled: (event) => logger.info({ event: 'reconciled', ...event }, "compared with the authority's complete listing"),
    compared(event) {
      differences.inc({ with: event.with }, event.differing);
      repairs.inc({ with: event.with }, event.repaired);
      if (event.differing > 0) logger.error({ event: 'differed', ...event }, `${event.differing} records differed from the ${event.with}, ${event.repaired} were repaired`);
    },
    compacted: (event) => logger.info({ event: 'compacted', ...event }, 'old tombstones were purged'),
    setAside(event) {
      asides.inc({ source: event.source, why: event.why });
      logger.error({ event: 'set_aside', ...event }, 'a record was set aside');
    },
    notHandedOver(event) {
      asides.inc({ source: 'authority', why: 'not_handed_over' });
      logger.error({ event: 'not_handed_over', ...event }, 'a state that the authority never had was set aside');
    },
    trouble({ loop, trouble }) {
      if (trouble === undefined) logger.info({ event: 'trouble_over', loop }, 'the trouble is over');
      else logger.error({ event: 'trouble', loop, trouble }, trouble);
    },
  };
}
