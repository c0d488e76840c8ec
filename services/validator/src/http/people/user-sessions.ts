import { personCredential } from '@mintmark/contract';
import { instantOf, type LiveEntry, type Principal, Refusal, sessionState, userResource } from '@mintmark/domain';
import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import type { IssuerCall } from '../../core/types.ts';
import { presentedSession } from '../session/credential.ts';
import { notForYou, readerOf } from './reader.ts';
import { allOf } from './records.ts';
import { type Answer, type Exchange, idOf, serve, tokenCall } from './serve.ts';
import { peopleApi } from '../api.ts';
import { api } from '@mintmark/kit/http';

const EITHER = ['session', 'aclToken', 'aclBearer'];

/** `/v1/users/{id}/sessions`: for administrators by token, and for the user by a session of its own, who may say `self` for its id. */
export function registerUserSessions(app: FastifyInstance, ctx: ValidatorContext): void {
  app.get('/v1/users/:id/sessions', api(peopleApi('Live sessions of a user; `self` is whoever asks', { gives: 'object[]', security: EITHER })), (request, reply) => serve(request, reply, (exchange) => list(ctx, exchange)));
  app.delete('/v1/users/:id/sessions', api(peopleApi('End all sessions of a user', { gives: 'none', security: EITHER })), (request, reply) => serve(request, reply, (exchange) => end(ctx, exchange, '')));
  app.delete('/v1/users/:id/sessions/:session', api(peopleApi('End one session of a user', { gives: 'none', security: EITHER })), (request, reply) =>
    serve(request, reply, (exchange) => end(ctx, exchange, (exchange.request.params as { readonly session: string }).session)),
  );
}

async function list(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const user = await readableUser(ctx, exchange);
  const { value } = await ctx.view.get('user', user, { signal: exchange.signal });
  if (value === undefined) throw new Refusal('not_found', 'there is no user of this id');
  const now = instantOf(ctx.world.clock.now());
  const shown: unknown[] = [];
  for await (const session of allOf(ctx.view, 'session', exchange.signal, `${user}.`)) {
    if (sessionState(session.record.body, value.record.body, now) === 'alive') shown.push(sessionJson(session));
  }
  return { status: 200, json: shown };
}

/** The id of the user whose sessions the caller may see. */
async function readableUser(ctx: ValidatorContext, exchange: Exchange): Promise<string> {
  const own = await ownSession(ctx, exchange);
  const asked = idOf(exchange);
  if (own !== undefined) {
    const self = own.principal.subject.slice('user:'.length);
    if (asked !== 'self' && asked !== self) throw new Refusal('permission_denied', 'the sessions are not those of the user who asks');
    return self;
  }
  const reader = await readerOf(ctx, exchange);
  const { value } = await ctx.view.get('user', asked, { signal: exchange.signal });
  if (!reader.mayRead(userResource(value?.record.body.username ?? asked))) throw notForYou();
  return asked;
}

async function end(ctx: ValidatorContext, exchange: Exchange, session: string): Promise<Answer> {
  const own = await ownSession(ctx, exchange);
  const asked = idOf(exchange);
  const user = own !== undefined && asked === 'self' ? '' : asked;
  const call: IssuerCall = own === undefined ? tokenCall(exchange) : { ...tokenCall(exchange), credential: personCredential({ kind: 'session', token: own.token }) };
  const { freshness } = await ctx.people.endUserSessions({ user, session, source: exchange.request.ip }, call);
  return { status: 204, freshness };
}

/** The caller's own session; `undefined` where none is presented. Throws the refusals `unauthenticated` and `unavailable`. */
async function ownSession(ctx: ValidatorContext, { request, signal }: Exchange): Promise<{ readonly token: string; readonly principal: Principal } | undefined> {
  const presented = presentedSession(request);
  if (presented === 'none') return undefined;
  const token = presented === 'contradictory' ? '' : presented.token;
  const judged = await ctx.authenticators.get('session')?.authenticate(token, { signal, peer: request.ip });
  if (judged?.outcome === 'unavailable') throw new Refusal('unavailable', 'the region cannot judge the session now', { retryAfterMs: 1_000 });
  if (judged?.outcome !== 'authenticated') throw new Refusal('unauthenticated', 'the session is over, or never was');
  return { token, principal: judged.principal };
}

function sessionJson({ record: { id, body } }: LiveEntry<'session'>) {
  const { user, audience, organization, createTime, expirationTime } = body;
  return { id: id.slice(user.length + 1), user, audience, organization: organization === '' ? null : organization, createTime, expirationTime };
}
