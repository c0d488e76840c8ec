import { Refusal } from '@mintmark/domain';
import { CallEnded, requestSignal } from '@mintmark/kit/http';
import { ViewError } from '@mintmark/view';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IssuerCall } from '../../core/types.ts';
import { presentedSecret } from '../credential.ts';
import { sendProblem } from '../problems.ts';

const ANSWER_WITHIN_MS = 15_000;

/** One request and the signal of the work behind its answer. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly signal: AbortSignal;
}

/** What to answer: JSON of one form or the other, or nothing at all. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  /** JSON that is written already. */
  readonly text?: Buffer;
  /** Text of a freshness, for `X-Mintmark-Freshness`. */
  readonly freshness?: string | undefined;
}

/** Answers with what `work` returns, or with its refusal as a problem document. Nothing of it may be stored on the way. */
export async function serve(request: FastifyRequest, reply: FastifyReply, work: (exchange: Exchange) => Promise<Answer>): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
  using bound = requestSignal(reply, { deadlineMs: ANSWER_WITHIN_MS });
  try {
    return sendAnswer(reply, await work({ request, reply, signal: bound.signal }));
  } catch (error) {
    return sendProblem(reply, refusalIn(error, request.method));
  }
}

export function sendAnswer(reply: FastifyReply, { status, json, text, freshness }: Answer): FastifyReply {
  if (freshness !== undefined && freshness !== '') reply.header('x-mintmark-freshness', freshness);
  reply.code(status);
  if (text !== undefined) return reply.type('application/json; charset=utf-8').send(text);
  return json === undefined ? reply.send() : reply.send(json);
}

/** Other rooms' errors as refusals. Work that was cut off says of a write that it may have happened. */
export function refusalIn(error: unknown, method: string): unknown {
  if (error instanceof ViewError) return new Refusal('unavailable', "the region's view cannot be read now", { retryAfterMs: 1_000, cause: error });
  if (!(error instanceof CallEnded)) return error;
  if (method === 'GET') return new Refusal('unavailable', 'not answered in time', { retryAfterMs: 1_000, cause: error });
  return new Refusal('outcome_unknown', 'not answered in time: read it back before trying again', { cause: error });
}

/** The call to the issuer on behalf of whoever presented a token. */
export function tokenCall({ request, signal }: Exchange): IssuerCall {
  const credential = presentedSecret(request.headers);
  return { ...(credential === undefined ? {} : { credential }), requestId: request.id, signal };
}

/** A parameter of the path. */
export function idOf({ request }: Exchange): string {
  return (request.params as { readonly id?: string }).id ?? '';
}
