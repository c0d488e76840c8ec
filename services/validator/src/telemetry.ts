import type { Logger, Metrics } from '@mintmark/kit/telemetry';
import type { ValidatorEvents } from './events.ts';

/** Events as log lines and counters. */
export function validatorEvents(logger: Logger, metrics: Metrics): ValidatorEvents {
  const answers = metrics.counter({ name: 'mintmark_validator_authentications_total', help: 'Answers about secrets by where they came from.', labels: ['source'] });
  const failures = metrics.counter({ name: 'mintmark_validator_failures_total', help: 'Requests that failed by a defect.', labels: ['method'] });
  const refusedRecords = metrics.counter({ name: 'mintmark_validator_refused_records_total', help: 'Records in the view that no issuer has signed; read, and not believed.' });
  return {
    recordRefused({ again, ...event }) {
      refusedRecords.inc({});
      if (!again) logger.error({ event: 'record_refused', ...event }, 'the view holds a record that nobody may believe');
    },
    authenticated: (source) => answers.inc({ source }),
    feed({ live, problem }) {
      if (live) logger.info({ event: 'feed_found' }, "the view's feed is followed");
      else logger.warn({ event: 'feed_lost', error: problem }, "the view's feed was lost");
    },
    startedOver: (event) => logger.warn({ event: 'started_over', ...event }, 'the view started over'),
    interrupted: ({ loop, error }) => logger.error({ event: 'interrupted', loop, error }, `${loop} was interrupted and is started again`),
    failed(event) {
      failures.inc({ method: event.method });
      logger.error({ event: 'failed', ...event }, 'request failed');
    },
  };
}
