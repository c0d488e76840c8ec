import { Refusal, type RefusalCode } from '@mintmark/domain';
import { api, failureOf, type Operation, requestSignal } from '@mintmark/kit/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import type { ValidatorEvents } from '../../events.ts';
import { takingTurns } from '../taking-turns.ts';
import { type Answer, type Exchange, refusalIn, sendAnswer, serve } from '../people/serve.ts';
import { CREATE_API, createAccessToken, LIST_API, listAccessTokens, READ_API, readAccessToken, REVOKE_API, revokeAccessToken } from './access-tokens.ts';
import { LEAKED_API, reportLeaked } from './leaked.ts';

type Work = (ctx: ValidatorContext, exchange: Exchange) => Promise<Answer>;

/** What is done, and what `/openapi.json` says of it. */
interface Route {
  readonly work: Work;
  readonly operation: Operation;
}

const ANSWER_WITHIN_MS = 15_000;
const BASE = '/api/v3/accessToken';
const ROUTES: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  [BASE]: { GET: { work: listAccessTokens, operation: LIST_API }, POST: { work: createAccessToken, operation: CREATE_API } },
  [`${BASE}/:id`]: { GET: { work: readAccessToken, operation: READ_API } },
  [`${BASE}/:id/revoke`]: { POST: { work: revokeAccessToken, operation: REVOKE_API } },
};

/** HTTP status of each refusal in the `personal` dialect. */
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

/** Registers the `personal` dialect (seed: AppNeta). Tokens are made and revoked, never changed: any other method is 405. */
export function registerPersonal(app: FastifyInstance, ctx: ValidatorContext, { events }: { readonly events: Pick<ValidatorEvents, 'failed'> }): void {
  void app.register(async (scope) => {
    scope.addHook('onRequest', takingTurns(ctx.world.timers));
    scope.setErrorHandler((error, request, reply) => {
      const { status, detail = '', expected } = failureOf(error);
      if (!expected) events.failed({ requestId: request.id, method: `${request.method} ${request.routeOptions.url}`, error });
      return sendMessage(reply, status, detail);
    });
    for (const [url, works] of Object.entries(ROUTES)) {
      const methods = Object.fromEntries(Object.entries(works).map(([method, { operation }]) => [method, operation]));
      scope.all(url, api({ methods }), (request, reply) => answer(ctx, works, request, reply));
    }
  });
  app.post('/v1/leaked', api(LEAKED_API), (request, reply) => serve(request, reply, (exchange) => reportLeaked(ctx, exchange)));
}

async function answer(ctx: ValidatorContext, works: Readonly<Record<string, Route>>, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const work = Object.hasOwn(works, request.method) ? works[request.method]?.work : undefined;
  if (work === undefined) return sendMessage(reply.header('allow', Object.keys(works).join(', ')), 405, 'access tokens cannot be changed: revoke this one and create another');
  reply.header('cache-control', 'no-store');
  using bound = requestSignal(reply, { deadlineMs: ANSWER_WITHIN_MS });
  try {
    return sendAnswer(reply, await work(ctx, { request, reply, signal: bound.signal }));
  } catch (error) {
    const refusal = refusalIn(error, request.method);
    if (!(refusal instanceof Refusal)) throw refusal;
    if (refusal.retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(refusal.retryAfterMs / 1_000)));
    if (refusal.code === 'unauthenticated') reply.header('www-authenticate', 'Basic realm="mintmark", charset="UTF-8"');
    return sendMessage(reply, STATUS[refusal.code], refusal.message);
  }
}

function sendMessage(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').send({ httpStatusCode: status, messages: [message] });
}
