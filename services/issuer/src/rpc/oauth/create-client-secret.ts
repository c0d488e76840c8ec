import type { oauth } from '@mintmark/contract';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit } from '../../core/commit.ts';
import { clientToKeep } from '../../core/oauth/client-rights.ts';
import { clientRecord, freshSecret, withSecret } from '../../core/oauth/clients.ts';
import { clientWritten, decidedByAuthority } from '../../core/oauth/decided.ts';

/** Gives a client another secret, which this answer alone shows. */
export function createClientSecret(ctx: IssuerContext, request: oauth.CreateClientSecretRequest, call: IssuerCall): Promise<oauth.ClientWritten> {
  return decidedByAuthority(
    ctx,
    call,
    (authority) => authority.createClientSecret(request, call),
    async () => {
      await ctx.oauth.tokens.whenSettled(call.signal);
      const { client, by } = await clientToKeep(ctx, { call, source: request.source }, { verb: 'update', id: request.id });
      const { body } = client.record;
      by.mustHold([], body.roles);
      const secret = freshSecret(ctx);
      const record = clientRecord(ctx, { ...body, secrets: withSecret(body, secret.stored, request.revokeOthers) }, client);
      const committed = await commit(ctx, record, { key: client.revision }, call.signal);
      ctx.events.clientWritten({ requestId: call.requestId, id: record.id, by: by.subject, index: committed.index, change: 'secret' });
      return clientWritten(committed, record, secret.text);
    },
  );
}
