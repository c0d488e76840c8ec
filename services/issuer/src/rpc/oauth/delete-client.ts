import type { issuer, oauth } from '@mintmark/contract';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit } from '../../core/commit.ts';
import { envelope } from '../../core/mint.ts';
import { clientToKeep } from '../../core/oauth/client-rights.ts';
import { decidedByAuthority } from '../../core/oauth/decided.ts';

/** Deletes an API client, and with it every token that it has. */
export function deleteClient(ctx: IssuerContext, request: oauth.ClientRequest, call: IssuerCall): Promise<issuer.Written> {
  return decidedByAuthority(
    ctx,
    call,
    (authority) => authority.deleteClient(request, call),
    async () => {
      await ctx.oauth.tokens.whenSettled(call.signal);
      const { client, by } = await clientToKeep(ctx, { call, source: request.source }, { verb: 'delete', id: request.id });
      const { kind, id, scope, createIndex } = client.record;
      const { index, freshness } = await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { key: client.revision }, call.signal);
      ctx.events.clientWritten({ requestId: call.requestId, id, by: by.subject, index, change: 'deleted' });
      return { index, freshness };
    },
  );
}
