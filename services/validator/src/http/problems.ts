import { Refusal, type RefusalCode } from '@mintmark/domain';
import { problem } from '@mintmark/kit/http';
import type { FastifyReply } from 'fastify';

/** HTTP status of each refusal at Mintmark's own routes. */
const STATUS: Readonly<Record<RefusalCode, number>> = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  already_exists: 409,
  conflict: 409,
  unavailable: 503,
  stale: 503,
  outcome_unknown: 504,
  resource_exhausted: 429,
  internal: 500,
};

/** Answers with a problem document. Anything but a refusal goes on to the server's own error handling. */
export function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof Refusal)) throw error;
  const { code, message, retryAfterMs } = error;
  return problem(reply, { status: STATUS[code], code, detail: message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}
