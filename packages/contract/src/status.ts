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

/** How far a failed call had got. */
type Phase = 'unsent' | 'sent' | 'ended';

/**
 * The refusal behind a failed call. What carries our trailer is the peer's own word. Anything else comes from the transport: a write
 * that had been sent then has an unknown outcome, a read or an unsent write has not happened.
 */
export function refusalOf(peer: string, effect: 'read' | 'write'): (failure: unknown, phase: Phase) => Refusal {
  return (failure, phase) => {
    if (failure instanceof Refusal) return failure;
    const error = failure as Partial<ServiceError>;
    const code = error.metadata?.get(CODE_TRAILER)[0]?.toString();
    if (code !== undefined && isRefusalCode(code)) return new Refusal(code, error.details ?? '', { ...retryOf(error), cause: failure });
    const nothing = effect === 'write' ? ': nothing was written' : '';
    const busy = BUSY[String(error.code)];
    if (phase === 'unsent' && busy !== undefined) return new Refusal('unavailable', `${peer} ${busy}${nothing}`, { retryAfterMs: 1000, cause: failure });
    const pushback = Number(error.metadata?.get(PUSHBACK_TRAILER)[0] ?? Number.NaN);
    if (error.code === status.RESOURCE_EXHAUSTED && Number.isFinite(pushback)) return new Refusal('unavailable', `${peer} has too much in hand${nothing}`, { retryAfterMs: pushback, cause: failure });
    if (phase === 'sent' && error.code === status.INVALID_ARGUMENT) return new Refusal('invalid_argument', error.details ?? '', { cause: failure });
    if (phase === 'sent' && error.code !== undefined && !TRANSPORT.has(error.code)) return new Refusal('internal', 'internal error', { cause: failure });
    if (phase === 'unsent' || effect === 'read') {
      return new Refusal('unavailable', `${peer} cannot be reached${nothing}`, { retryAfterMs: 1000, cause: failure });
    }
    return new Refusal('outcome_unknown', `outcome unknown, index 0: ${peer} did not answer; read it back before trying again`, { cause: failure });
  };
}

/** Why a call was not made at all, by the code of the error of this side. */
const BUSY: Readonly<Record<string, string>> = { full: 'has too many calls in hand', silent: 'does not answer' };
/** Retry advice of servers and proxies that refused a call before anything was done (gRPC A6). */
const PUSHBACK_TRAILER = 'grpc-retry-pushback-ms';

const TRANSPORT: ReadonlySet<status> = new Set([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED]);

function retryOf(error: Partial<ServiceError>): { retryAfterMs?: number } {
  const retry = Number(error.metadata?.get(RETRY_TRAILER)[0] ?? Number.NaN);
  return Number.isFinite(retry) ? { retryAfterMs: retry } : {};
}

function isRefusalCode(text: string): text is RefusalCode {
  return Object.hasOwn(STATUS, text);
}
