import { JetStreamApiCodes } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { LogError } from '../log.ts';

/** How far a request got that has no answer. */
export type Reach =
  /** It never left this process, or the server said that nobody takes it: nothing was done. */
  | 'unsent'
  /** The server does not let this user make it: nothing was done, and asking again does not help. */
  | 'forbidden'
  /** It may have been done. */
  | 'unanswered';

/** A request without an answer. Never leaves this folder. */
export class NoAnswer extends Error {
  readonly reach: Reach;

  constructor(reach: Reach, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'NoAnswer';
    this.reach = reach;
  }
}

/** JetStream's refusal of a request. Never leaves this folder. */
export class ApiRefusal extends Error {
  readonly code: number;

  constructor(code: number, description: string) {
    super(description);
    this.name = 'ApiRefusal';
    this.code = code;
  }
}

export const STREAM_NOT_FOUND = JetStreamApiCodes.StreamNotFound;
export const STREAM_NAME_IN_USE = 10058;
/** Asking for the newest message of a subject that has none. */
export const MESSAGE_NOT_FOUND = JetStreamApiCodes.NoMessageFound;
/** Deleting the message at a sequence that has none any more. */
export const SEQUENCE_NOT_FOUND = 10043;

const CONFLICTS: ReadonlySet<number> = new Set([JetStreamApiCodes.StreamWrongLastSequence, JetStreamApiCodes.StreamWrongLastSequenceUnknown]);
/** A publish under this message id is under way: ask again. */
const SAME_UNDER_WAY = 10158;
const TOO_LARGE = 10054;

/** What a refusal of a publish means. */
export type Refused =
  /** The expectation does not hold; `found` is the sequence that stands there, where the server says so. */
  { readonly kind: 'conflict'; readonly found: number | undefined } | { readonly kind: 'under_way' | 'too_large' | 'other' };

export function judgeRefusal(refusal: ApiRefusal): Refused {
  if (CONFLICTS.has(refusal.code)) {
    const found = /wrong last sequence: (\d+)/.exec(refusal.message)?.[1];
    return { kind: 'conflict', found: found === undefined ? undefined : Number(found) };
  }
  if (refusal.code === SAME_UNDER_WAY) return { kind: 'under_way' };
  if (refusal.code === TOO_LARGE) return { kind: 'too_large' };
  return { kind: 'other' };
}

/** Tells how far a request got by the driver's error. */
export function noAnswer(error: unknown): NoAnswer {
  if (error instanceof NoAnswer) return error;
  const cause = error instanceof errors.RequestError ? error.cause : error;
  if (cause instanceof errors.NoRespondersError) return new NoAnswer('unsent', 'JetStream does not answer for this log', error);
  if (cause instanceof errors.PermissionViolationError) return new NoAnswer('forbidden', `this user may not ${cause.operation} ${cause.subject}`, error);
  if (cause instanceof errors.InvalidArgumentError || cause instanceof errors.ClosedConnectionError) return new NoAnswer('unsent', messageOf(cause), error);
  return new NoAnswer('unanswered', cause instanceof errors.TimeoutError ? 'no answer in time' : messageOf(cause), error);
}

/** A failed request as the port tells it; everything that is not a failed request comes back as it is. */
export function asLogError(error: unknown): unknown {
  if (error instanceof NoAnswer || error instanceof ApiRefusal) {
    return new LogError('unavailable', `the log cannot be reached: ${error.message}`, { cause: error });
  }
  return error;
}

export function closedError(): LogError {
  return new LogError('closed', 'the log is closed');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
