import type { oauth } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit } from '../../core/commit.ts';
import { clientToKeep } from '../../core/oauth/client-rights.ts';
import { clientRecord } from '../../core/oauth/clients.ts';
import { clientWritten, decidedByAuthority } from '../../core/oauth/decided.ts';

/** Ends the secrets of a client but the newest: the last step of a rotation. */
export function deleteClientSecret(ctx: IssuerContext, request: oauth.ClientRequest, call: IssuerCall): Promise<oauth.ClientWritten> {
  return decidedByAuthority(
    ctx,
    call,
    (authority) => authority.deleteClientSecret(request, call),
    async () => {
      await ctx.oauth.tokens.whenSettled(call.signal);
      const { client, by } = await clientToKeep(ctx, { call, source: request.source }, { verb: 'update', id: request.id });
      const { body } = client.record;
      const [newest, ...others] = body.secrets;
      if (newest === undefined || others.length === 0) throw new Refusal('not_found', 'the API client has no secret beside its newest one');
      const record = clientRecord(ctx, { ...body, secrets: [newest] }, client);
      const committed = await commit(ctx, record, { key: client.revision }, call.signal);
      ctx.events.clientWritten({ requestId: call.requestId, id: record.id, by: by.subject, index: committed.index, change: 'secret_ended' });
      return clientWritten(committed, record);
    },
  );
}
