import type { Logger, Metrics } from '@mintmark/kit/telemetry';
import type { IssuerEvents } from './events.ts';

/** Events as log lines and counters. */
export function issuerEvents(logger: Logger, metrics: Metrics): IssuerEvents {
  const writes = metrics.counter({ name: 'mintmark_issuer_writes_total', help: 'Writes of tokens that were decided here.', labels: ['change'] });
  const grants = metrics.counter({ name: 'mintmark_issuer_grant_writes_total', help: 'Writes of policies and roles that were decided here.', labels: ['kind', 'change'] });
  const people = metrics.counter({ name: 'mintmark_issuer_people_writes_total', help: 'Writes of organizations, users, sessions and personal tokens that were decided here.', labels: ['kind', 'change'] });
  const refusals = metrics.counter({ name: 'mintmark_issuer_refusals_total', help: 'Calls that were refused.', labels: ['method', 'code'] });
  const failures = metrics.counter({ name: 'mintmark_issuer_failures_total', help: 'Calls that failed by a defect.', labels: ['method'] });
  const keySteps = metrics.counter({ name: 'mintmark_issuer_key_steps_total', help: 'Steps in the life of signing keys.', labels: ['step'] });
  const reveals = metrics.counter({ name: 'mintmark_issuer_revealed_total', help: 'Secrets shown to a management caller.' });
  return {
    tokenWritten(event) {
      writes.inc({ change: event.change });
      logger.info({ event: 'token_written', ...event }, `token ${event.change}`);
    },
    grantWritten(event) {
      grants.inc({ kind: event.kind, change: event.change });
      logger.info({ event: 'grant_written', ...event }, `${event.kind} ${event.change}`);
    },
    personWritten(event) {
      people.inc({ kind: event.kind, change: event.change });
      logger.info({ event: 'person_written', ...event }, `${event.kind} ${event.change}`);
    },
    bootstrapped(event) {
      writes.inc({ change: 'bootstrapped' });
      logger.warn({ event: 'bootstrapped', ...event }, 'ACL system bootstrapped');
    },
    secretRevealed(event) {
      reveals.inc({});
      logger.warn({ event: 'token_revealed', ...event }, 'a token was shown again to a management caller');
    },
    oneTimeToken(event) {
      writes.inc({ change: `one_time_${event.change}` });
      logger.info({ event: 'one_time', ...event }, `one-time token ${event.change}`);
    },
    keyStep(event) {
      keySteps.inc({ step: event.step });
      logger.warn({ event: 'signing_key', ...event }, `signing key: ${event.step}`);
    },
    keyTrouble(event) {
      logger.error({ event: 'signing_key_trouble', ...event }, 'a step of the signing keys is due and cannot be done');
    },
    refused(event) {
      refusals.inc({ method: event.method, code: event.code });
      logger.info({ event: 'refused', ...event }, 'call refused');
    },
    failed(event) {
      failures.inc({ method: event.method });
      logger.error({ event: 'failed', ...event }, 'call failed');
    },
  };
}
