import type { Logger, Metrics } from '@mintmark/kit/telemetry';
import type { IssuerEvents } from './events.ts';

/** Events as log lines and counters. */
export function issuerEvents(logger: Logger, metrics: Metrics): IssuerEvents {
  const writes = metrics.counter({ name: 'mintmark_issuer_writes_total', help: 'Writes of tokens that were decided here.', labels: ['change'] });
  const grants = metrics.counter({ name: 'mintmark_issuer_grant_writes_total', help: 'Writes of policies and roles that were decided here.', labels: ['kind', 'change'] });
  const refusals = metrics.counter({ name: 'mintmark_issuer_refusals_total', help: 'Calls that were refused.', labels: ['method', 'code'] });
  const failures = metrics.counter({ name: 'mintmark_issuer_failures_total', help: 'Calls that failed by a defect.', labels: ['method'] });
  const clients = metrics.counter({ name: 'mintmark_issuer_client_writes_total', help: 'Writes of API clients that were decided here.', labels: ['change'] });
  const grantedTokens = metrics.counter({ name: 'mintmark_issuer_grants_total', help: 'Signed tokens that clients were given.', labels: ['grant'] });
  const refusedGrants = metrics.counter({ name: 'mintmark_issuer_grants_refused_total', help: 'Clients that were given no token.', labels: ['error'] });
  const keySteps = metrics.counter({ name: 'mintmark_issuer_key_steps_total', help: 'Steps in the life of signing keys.', labels: ['step'] });
  const reveals = metrics.counter({ name: 'mintmark_issuer_revealed_total', help: 'Secrets shown to a management caller.' });
  const refusedRecords = metrics.counter({ name: 'mintmark_issuer_refused_records_total', help: 'Records in a store that no issuer has signed; read, and not believed.', labels: ['store'] });
  return {
    recordRefused(event) {
      refusedRecords.inc({ store: event.store });
      logger.error({ event: 'record_refused', ...event }, 'a store holds a record that nobody may believe');
    },
    tokenWritten(event) {
      writes.inc({ change: event.change });
      logger.info({ event: 'token_written', ...event }, `token ${event.change}`);
    },
    grantWritten(event) {
      grants.inc({ kind: event.kind, change: event.change });
      logger.info({ event: 'grant_written', ...event }, `${event.kind} ${event.change}`);
    },
    ...peopleEvents(logger, metrics),
    ...workloadEvents(logger, metrics),
    ...authorityEvents(logger, metrics),
    clockLeapt: ({ aheadMs }) => logger.warn({ event: 'clock_leapt', aheadMs: Math.round(aheadMs) }, 'the wall clock went ahead: what is over by it is deleted by the next sweep'),
    clocksApart: ({ region, aheadMs }) => logger.warn({ event: 'clocks_apart', peer: region, aheadMs: Math.round(aheadMs) }, "another region's clock, beside this one's"),
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
    clientWritten(event) {
      clients.inc({ change: event.change });
      logger.info({ event: 'client_written', ...event }, `API client: ${event.change}`);
    },
    tokenGranted: (event) => grantedTokens.inc({ grant: event.grant.slice(event.grant.lastIndexOf(':') + 1) }),
    grantRefused(event) {
      refusedGrants.inc({ error: event.error });
      logger.info({ event: 'grant_refused', ...event }, 'no token for a client');
    },
    clientTokenRevoked(event) {
      clients.inc({ change: 'token_revoked' });
      logger.info({ event: 'client_token_revoked', ...event }, 'a client revoked a token of its own');
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

function authorityEvents(logger: Logger, metrics: Metrics): Pick<IssuerEvents, 'authority' | 'promoting' | 'carriedOver'> {
  const carried = metrics.counter({ name: 'mintmark_issuer_carried_over_total', help: 'Records that an authority before had ended or restricted, and that are so here now.', labels: ['kind'] });
  return {
    authority: (event) => logger.warn({ event: 'authority', ...event }, event.active ? `${event.authority} is the authority` : `${event.authority} is to be the authority`),
    promoting: (event) => logger.warn({ event: 'promoting', ...event }, 'this region is made the authority'),
    carriedOver(event) {
      carried.inc({ kind: event.kind });
      logger.warn({ event: 'carried_over', ...event }, 'what an authority before had taken away is taken away here too');
    },
  };
}

function peopleEvents(logger: Logger, metrics: Metrics): Pick<IssuerEvents, 'personWritten' | 'expiresSoon' | 'signedIn' | 'signInFailed'> {
  const people = metrics.counter({ name: 'mintmark_issuer_people_writes_total', help: 'Writes of organizations, users, sessions and personal tokens that were decided here.', labels: ['kind', 'change'] });
  const logins = metrics.counter({ name: 'mintmark_issuer_logins_total', help: 'Logins that were judged here, by password or through a provider.', labels: ['outcome', 'by'] });
  const expiries = metrics.counter({ name: 'mintmark_issuer_expires_soon_total', help: 'Tokens of which it was told that they expire soon.', labels: ['kind'] });
  return {
    personWritten(event) {
      people.inc({ kind: event.kind, change: event.change });
      logger.info({ event: 'person_written', ...event }, `${event.kind} ${event.change}`);
    },
    expiresSoon(event) {
      expiries.inc({ kind: event.kind });
      logger.warn({ event: 'expires_soon', ...event }, 'a personal token expires soon');
    },
    signedIn(event) {
      logins.inc({ outcome: 'success', by: event.by });
      logger.info({ event: 'signed_in', ...event }, 'a user signed in');
    },
    signInFailed(event) {
      logins.inc({ outcome: 'failure', by: event.by });
      logger.warn({ event: 'sign_in_failed', ...event }, 'a login failed');
    },
  };
}

function workloadEvents(logger: Logger, metrics: Metrics): Pick<IssuerEvents, 'workloadWritten' | 'workloadToken'> {
  const writes = metrics.counter({ name: 'mintmark_issuer_workload_writes_total', help: 'Writes of jobs, services and bindings that were decided here.', labels: ['kind', 'change'] });
  const tokens = metrics.counter({ name: 'mintmark_issuer_workload_tokens_total', help: 'Tokens of jobs and users that policy decided about here.', labels: ['outcome'] });
  return {
    workloadWritten(event) {
      writes.inc({ kind: event.kind, change: event.change });
      logger.info({ event: 'workload_written', ...event }, `${event.kind} ${event.change}`);
    },
    workloadToken(event) {
      tokens.inc({ outcome: event.outcome });
      logger.info({ event: 'workload_token', ...event }, `token ${event.outcome}`);
    },
  };
}
