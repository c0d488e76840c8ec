import type { oauth } from '@mintmark/contract';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit } from '../../core/commit.ts';
import { mayKeepClients } from '../../core/oauth/client-rights.ts';
import { clientOf, clientRecord, freshSecret, withSecret } from '../../core/oauth/clients.ts';
import { clientWritten, decidedByAuthority } from '../../core/oauth/decided.ts';

/** Gives a client another secret, which this answer alone shows. */
export function createClientSecret(ctx: IssuerContext, request: oauth.CreateClientSecretRequest, call: IssuerCall): Promise<oauth.ClientWritten> {
  return decidedByAuthority(
    ctx,
    call,
    (authority) => authority.createClientSecret(request, call),
    async () => {
      await ctx.oauth.tokens.whenSettled(call.signal);
      const { client, organization } = clientOf(ctx, request.id);
      const { body } = client.record;
      const by = await mayKeepClients(ctx, { call, source: request.source }, { verb: 'update', organization, name: body.name });
      by.mustHold(body.roles);
      const secret = freshSecret(ctx);
      const record = clientRecord(ctx, { ...body, secrets: withSecret(body, secret.stored, request.revokeOthers) }, client);
      const committed = await commit(ctx, record, { key: client.revision }, call.signal);
      ctx.events.clientWritten({ requestId: call.requestId, id: record.id, by: by.subject, index: committed.index, change: 'secret' });
      return clientWritten(committed, record, secret.text);
    },
  );
}
