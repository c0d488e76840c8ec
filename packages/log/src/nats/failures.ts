import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { LogError } from '../log.ts';

/** JetStream's codes for a publish whose expectation does not hold; the second means that another one is under way. */
const CONFLICTS: ReadonlySet<number> = new Set([10071, 10164]);
const NOT_FOUND: ReadonlySet<number> = new Set([10037, 10059]);

export function isConflict(error: unknown): error is JetStreamApiError {
  return error instanceof JetStreamApiError && CONFLICTS.has(error.code);
}

export function isNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && (NOT_FOUND.has(error.code) || error.status === 404);
}

/** The sequence that a refused expectation names. */
export function foundSequence(error: JetStreamApiError): number | undefined {
  const match = /wrong last sequence: (\d+)/.exec(error.message);
  return match === null ? undefined : Number(match[1]);
}

/** Whether the failure proves that nothing took the message: nobody listened. */
export function wasNotTaken(error: unknown): boolean {
  return (error instanceof errors.RequestError && error.isNoResponders()) || error instanceof errors.NoRespondersError;
}

/** Any failure of the driver or the server as the port tells it. */
export function unavailable(what: string, cause: unknown): LogError {
  if (cause instanceof LogError) return cause;
  return new LogError('unavailable', `the log cannot be reached: ${what}: ${(cause as Error)?.message ?? 'unknown'}`, { cause });
}
