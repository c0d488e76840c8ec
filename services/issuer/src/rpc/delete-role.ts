import type { issuer } from '@mintmark/contract';
import { Refusal, roleResource } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import type { IssuerCall } from '../core/call.ts';
import { commit, decide } from '../core/commit.ts';
import { feltHere } from '../core/felt-here.ts';
import { mayWrite } from '../core/guards.ts';
import { envelope } from '../core/mint.ts';
import { readById } from '../core/reading.ts';
import { mayAdminister } from '../core/rights.ts';

/** Deletes a role; tokens keep their links to it, which lead nowhere from then on (specs 1.11, 4.9). Always decided by the authority. */
export async function deleteRole(ctx: IssuerContext, request: issuer.DeleteRoleRequest, call: IssuerCall): Promise<issuer.Written> {
  if (ctx.authority !== undefined) {
    const written = await ctx.authority.deleteRole(request, call);
    await feltHere(ctx, written.freshness, call.signal);
    return written;
  }
  return decide(ctx, call.signal, async () => {
    const stored = await readById(ctx, 'role', request.id, call.signal);
    const by = await mayAdminister(ctx, call, { verb: 'delete', resource: roleResource(stored?.record.body.name ?? request.id) });
    mayWrite(by.token, 'global');
    if (stored === undefined) throw new Refusal('not_found', 'ACL role not found');
    const { kind, id, scope, createIndex } = stored.record;
    const { index, freshness } = await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { key: stored.revision }, call.signal);
    ctx.events.grantWritten({ requestId: call.requestId, kind: 'role', id, by: by.token.record.id, index, change: 'deleted' });
    return { index, freshness };
  });
}
