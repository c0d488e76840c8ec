import { Refusal, type RefusalCode } from '@mintmark/domain';
import { failureOf, requestSignal } from '@mintmark/kit/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, type Exchange, refusalIn, sendAnswer } from '../people/serve.ts';

/** HTTP status of each refusal in the `session` dialect. */
const STATUS: Readonly<Record<RefusalCode, number>> = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  already_exists: 409,
  conflict: 409,
  resource_exhausted: 429,
  internal: 500,
  unavailable: 503,
  stale: 503,
  outcome_unknown: 504,
};

const ANSWER_WITHIN_MS = 15_000;

/** Answers with what `work` returns, or with its refusal as `{"message","code"}`, the same bytes for the same refusal. */
export async function serveSession(request: FastifyRequest, reply: FastifyReply, work: (exchange: Exchange) => Promise<Answer>): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
  using bound = requestSignal(reply, { deadlineMs: ANSWER_WITHIN_MS });
  try {
    return sendAnswer(reply, await work({ request, reply, signal: bound.signal }));
  } catch (error) {
    const refusal = refusalIn(error, request.method);
    if (!(refusal instanceof Refusal)) throw refusal;
    const { code, message, retryAfterMs } = refusal;
    if (retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(retryAfterMs / 1_000)));
    return reply.code(STATUS[code]).send({ message, code });
  }
}

/** What the framework refuses, in the dialect's words. Returns whether it was expected. */
export function sendFailure(reply: FastifyReply, error: unknown): boolean {
  const { status, code, detail, expected } = failureOf(error);
  const message = code === 'https_required' ? 'this URL is to be used over https' : (detail ?? '');
  reply.code(status).header('cache-control', 'no-store').send({ message, code });
  return expected;
}
