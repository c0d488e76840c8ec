import type { issuer, people } from '@mintmark/contract';
import { Refusal, sessionId, userResource } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit, decide } from '../../core/commit.ts';
import { mayWrite } from '../../core/guards.ts';
import { endingAt } from '../../core/not-before.ts';
import { envelope } from '../../core/mint.ts';
import { decidedThere } from '../../core/people/authority.ts';
import { personOf } from '../../core/people/caller.ts';
import type { User } from '../../core/people/users.ts';
import { readById } from '../../core/reading.ts';
import { mayAdminister } from '../../core/rights.ts';

/** Ends one session of a user, or all of them by one write. For the user, and for who may change the user. Always decided by the authority. */
export async function endUserSessions(ctx: IssuerContext, request: people.EndUserSessionsRequest, call: IssuerCall): Promise<issuer.Written> {
  if (ctx.authority !== undefined) return decidedThere(ctx, ctx.authority, call, (authority) => authority.endUserSessions(request, call));
  const self = await personOf(ctx, call, request.source);
  return decide(ctx, call.signal, async () => {
    const id = request.user === '' ? (self?.user.record.id ?? '') : request.user;
    const user = await readById(ctx, 'user', id, call.signal);
    const by = await mayEnd(ctx, self?.user, user, id, call);
    if (user === undefined) throw new Refusal('not_found', 'there is no user of this id');
    return request.session === '' ? endAll(ctx, user, by, call) : endOne(ctx, sessionId(id, request.session), by, call);
  });
}

async function mayEnd(ctx: IssuerContext, self: User | undefined, user: User | undefined, id: string, call: IssuerCall): Promise<string> {
  if (self !== undefined) {
    if (self.record.id !== id) throw new Refusal('permission_denied', 'the sessions are not those of the user who asks');
    return `user:${id}`;
  }
  const by = await mayAdminister(ctx, call, { verb: 'update', resource: userResource(user?.record.body.username ?? id) });
  mayWrite(by.token, 'global');
  return by.subject;
}

async function endAll(ctx: IssuerContext, user: User, by: string, call: IssuerCall): Promise<issuer.Written> {
  const { record } = user;
  const now = Math.ceil(ctx.world.clock.now());
  const notBefore = endingAt(now, record.body.notBefore, now);
  const ended = { ...record, body: { ...record.body, notBefore }, ...envelope(ctx, record.createIndex) };
  const { index, freshness } = await commit(ctx, ended, { key: user.revision }, call.signal);
  ctx.events.personWritten({ requestId: call.requestId, kind: 'user', id: record.id, by, index, change: 'sessions_ended' });
  return { index, freshness };
}

async function endOne(ctx: IssuerContext, id: string, by: string, call: IssuerCall): Promise<issuer.Written> {
  const session = await readById(ctx, 'session', id, call.signal);
  if (session === undefined) throw new Refusal('not_found', 'there is no such session');
  const { kind, scope, createIndex } = session.record;
  const { index, freshness } = await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { key: session.revision }, call.signal);
  ctx.events.personWritten({ requestId: call.requestId, kind, id, by, index, change: 'deleted' });
  return { index, freshness };
}
