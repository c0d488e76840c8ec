import type { issuer, oauth } from '@mintmark/contract';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit } from '../../core/commit.ts';
import { envelope } from '../../core/mint.ts';
import { mayKeepClients } from '../../core/oauth/client-rights.ts';
import { clientOf } from '../../core/oauth/clients.ts';
import { decidedByAuthority } from '../../core/oauth/decided.ts';

/** Deletes an API client, and with it every token that it has. */
export function deleteClient(ctx: IssuerContext, request: oauth.ClientRequest, call: IssuerCall): Promise<issuer.Written> {
  return decidedByAuthority(
    ctx,
    call,
    (authority) => authority.deleteClient(request, call),
    async () => {
      await ctx.oauth.tokens.whenSettled(call.signal);
      const { client, organization } = clientOf(ctx, request.id);
      const { kind, id, scope, createIndex, body } = client.record;
      const by = await mayKeepClients(ctx, { call, source: request.source }, { verb: 'delete', organization, name: body.name });
      const { index, freshness } = await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { key: client.revision }, call.signal);
      ctx.events.clientWritten({ requestId: call.requestId, id, by: by.subject, index, change: 'deleted' });
      return { index, freshness };
    },
  );
}
