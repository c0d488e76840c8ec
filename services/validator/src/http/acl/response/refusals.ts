import { Refusal, type RefusalCode } from '@mintmark/domain';
import { CallEnded, failureOf } from '@mintmark/kit/http';
import { ViewError } from '@mintmark/view';
import type { FastifyReply } from 'fastify';
import { sendText } from './answer.ts';

/** HTTP status of each refusal in the `acl` dialect: where Nomad says 500 to what the caller can mend, this says 400. */
const STATUS: Readonly<Record<RefusalCode, number>> = {
  invalid_argument: 400,
  already_exists: 400,
  unauthenticated: 403,
  permission_denied: 403,
  not_found: 404,
  conflict: 409,
  resource_exhausted: 429,
  internal: 500,
  unavailable: 503,
  stale: 503,
  outcome_unknown: 504,
};

/** What those who are to try again are told where the refusal says nothing. */
const RETRY_AFTER_MS = 1_000;
const RETRIED: ReadonlySet<RefusalCode> = new Set(['resource_exhausted', 'unavailable', 'stale']);

/** Answers with a refusal as plain text. Returns whether it was expected: what was not is opaque to the caller and belongs into the log. */
export function sendRefusal(reply: FastifyReply, error: unknown): boolean {
  const refusal = translated(error, reply.request.method);
  if (refusal instanceof Refusal) {
    const { code, message, retryAfterMs } = refusal;
    if (RETRIED.has(code)) reply.header('retry-after', String(Math.ceil((retryAfterMs ?? RETRY_AFTER_MS) / 1_000)));
    sendText(reply, STATUS[code], message);
    return code !== 'internal';
  }
  const { status, detail, expected } = failureOf(refusal);
  sendText(reply, status, detail ?? '');
  return expected;
}

/** Other rooms' errors as refusals. Work that was cut off says of a write that it may have happened. */
function translated(error: unknown, method: string): unknown {
  if (error instanceof ViewError) return unreadable(error);
  if (!(error instanceof CallEnded)) return error;
  if (method === 'GET') return new Refusal('unavailable', 'not answered in time', { cause: error });
  return new Refusal('outcome_unknown', 'outcome unknown, index 0: not answered in time; read it back before trying again', { cause: error });
}

/** The region's view is being folded, or out of reach. */
export function unreadable(cause?: unknown): Refusal {
  return new Refusal('unavailable', "the region's view cannot be read now", { retryAfterMs: RETRY_AFTER_MS, cause });
}

/** The one text for every failed authentication or missing right: it tells nobody which (specs 1.0.2). */
export function permissionDenied(): Refusal {
  return new Refusal('permission_denied', 'Permission denied');
}
