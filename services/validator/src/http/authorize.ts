import { api, requestSignal } from '@mintmark/kit/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../context.ts';
import { type AuthorizationAnswer, type AuthorizeQuestion, authorization, authorizationAtOnce, supposed } from '../core/authorize.ts';
import { FRESH_WITHIN_MS } from '../core/verdict.ts';
import { administratorOf } from './caller.ts';
import { type JsonObject, objectOf } from './json-body.ts';
import { claimsOf, permissionOf } from './permission.ts';
import { sendProblem } from './problems.ts';
import { CREDENTIAL, identityOf, tellStaleness } from './validate.ts';
import { verdictsApi } from './api.ts';

const ANSWER_WITHIN_MS = 10_000;

/**
 * `POST /v1/authorize`: may the bearer of the body's credential, or else of the request's own, do VERB on RESOURCE (DESIGN section 9)? With `claims` in place
 * of a credential a management token asks about whoever has those.
 */
export function registerAuthorize(app: FastifyInstance, ctx: ValidatorContext): void {
  app.post('/v1/authorize', api(verdictsApi('Whether a credential may do VERB on RESOURCE', { body: { 'credential?': CREDENTIAL, verb: 'string', resource: 'string', 'context?': 'object', 'claims?': 'object[]' } })), (request, reply) => decide(ctx, request, reply));
}

async function decide(ctx: ValidatorContext, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  reply.header('cache-control', 'no-store');
  tellStaleness(ctx, reply);
  try {
    const body = objectOf(request.body);
    if (body.claims !== undefined) return await suppose(ctx, body, request, reply);
    const question = { ...identityOf(request, body), ...permissionOf(body) } satisfies AuthorizeQuestion;
    const known = authorizationAtOnce(ctx, question);
    if (known !== undefined) return sendAuthorization(reply, known);
    using work = requestSignal(reply, { deadlineMs: ANSWER_WITHIN_MS + FRESH_WITHIN_MS });
    return sendAuthorization(reply, await authorization(ctx, question, work.signal));
  } catch (error) {
    return sendProblem(reply, error);
  }
}

async function suppose(ctx: ValidatorContext, body: JsonObject, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  using work = requestSignal(reply, { deadlineMs: ANSWER_WITHIN_MS });
  await administratorOf(ctx, request, work.signal);
  return sendAuthorization(reply, await supposed(ctx, claimsOf(body), permissionOf(body), work.signal));
}

/** The answer of every call that decides: 200 for allow and deny, 503 where the region cannot tell. */
export function sendAuthorization(reply: FastifyReply, { authorization: { verdict, ...said }, freshness }: AuthorizationAnswer): FastifyReply {
  if (freshness !== '') reply.header('x-mintmark-freshness', freshness);
  if (verdict === 'unknown') reply.code(503).header('retry-after', '1');
  return reply.send({ verdict, ...said, freshness });
}
