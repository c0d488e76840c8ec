import type { issuer, people } from '@mintmark/contract';
import { Refusal, userResource } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit, decide } from '../../core/commit.ts';
import { mayWrite } from '../../core/guards.ts';
import { envelope } from '../../core/mint.ts';
import { decidedThere } from '../../core/people/authority.ts';
import { mayChangeUser } from '../../core/people/users.ts';
import { readById } from '../../core/reading.ts';
import { mayAdminister } from '../../core/rights.ts';

/** Deletes a user. Sessions and tokens of the user need no write of their own: they are judged by the user as it is. Always decided by the authority. */
export async function deleteUser(ctx: IssuerContext, request: people.DeleteUserRequest, call: IssuerCall): Promise<issuer.Written> {
  if (ctx.authority !== undefined) return decidedThere(ctx, ctx.authority, call, (authority) => authority.deleteUser(request, call));
  return decide(ctx, call.signal, async () => {
    const stored = await readById(ctx, 'user', request.id, call.signal);
    const before = stored?.record.body;
    const by = await mayAdminister(ctx, call, { verb: 'delete', resource: userResource(before?.username ?? request.id) });
    mayWrite(by.token, 'global');
    if (stored === undefined || before === undefined) throw new Refusal('not_found', 'there is no user of this id');
    mayChangeUser(ctx, by, [{ ...before, organizations: [...before.organizations] }]);
    const { kind, id, scope, createIndex } = stored.record;
    const { index, freshness } = await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { key: stored.revision }, call.signal);
    ctx.events.personWritten({ requestId: call.requestId, kind, id, by: by.subject, index, change: 'deleted' });
    return { index, freshness };
  });
}
