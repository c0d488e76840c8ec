import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { Refusal, type RefusalCode } from '@mintmark/domain';

/** The trailer that carries the refusal's code word for word, and the one that carries its retry advice in milliseconds. */
export const CODE_TRAILER = 'mintmark-code';
export const RETRY_TRAILER = 'mintmark-retry-after-ms';

/** The one table between refusals and gRPC status codes. */
const STATUS: Readonly<Record<RefusalCode, status>> = {
  invalid_argument: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  permission_denied: status.PERMISSION_DENIED,
  not_found: status.NOT_FOUND,
  already_exists: status.ALREADY_EXISTS,
  conflict: status.ABORTED,
  unavailable: status.UNAVAILABLE,
  stale: status.FAILED_PRECONDITION,
  outcome_unknown: status.UNKNOWN,
  resource_exhausted: status.RESOURCE_EXHAUSTED,
  internal: status.INTERNAL,
};

/** What to answer on the wire for whatever was thrown: a refusal as it is, anything else as an opaque `internal`. */
export function statusOf(error: unknown): { code: status; details: string; metadata: Metadata } {
  const refusal = error instanceof Refusal ? error : new Refusal('internal', 'internal error');
  const metadata = new Metadata();
  metadata.set(CODE_TRAILER, refusal.code);
  if (refusal.retryAfterMs !== undefined) metadata.set(RETRY_TRAILER, String(Math.ceil(refusal.retryAfterMs)));
  return { code: STATUS[refusal.code], details: refusal.message, metadata };
}

/**
 * The refusal behind a failed call. A status without our trailer comes from the transport: a lost connection or an
 * expired deadline is `onTransportFailure`, because for a write its outcome is unknown and for a read it is not.
 */
export function refusalFrom(error: unknown, onTransportFailure: 'unavailable' | 'outcome_unknown'): Refusal {
  if (error instanceof Refusal) return error;
  const failure = error as Partial<ServiceError>;
  const code = failure.metadata?.get(CODE_TRAILER)[0]?.toString();
  if (code !== undefined && isRefusalCode(code)) {
    const retry = Number(failure.metadata?.get(RETRY_TRAILER)[0]);
    return new Refusal(code, failure.details ?? '', Number.isFinite(retry) ? { retryAfterMs: retry, cause: error } : { cause: error });
  }
  switch (failure.code) {
    case status.INVALID_ARGUMENT:
      return new Refusal('invalid_argument', failure.details ?? '', { cause: error });
    case status.RESOURCE_EXHAUSTED:
      return new Refusal('resource_exhausted', 'the peer refused a message or call that is too large or too much', { cause: error });
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
    case status.CANCELLED:
      return new Refusal(onTransportFailure, `the peer did not answer: ${failure.details ?? 'no details'}`, { cause: error, retryAfterMs: 1000 });
    default:
      return new Refusal('internal', 'internal error', { cause: error });
  }
}

function isRefusalCode(text: string): text is RefusalCode {
  return Object.hasOwn(STATUS, text);
}
