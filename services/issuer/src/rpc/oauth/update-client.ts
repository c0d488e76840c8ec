import type { oauth } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { permissionDenied } from '../../core/caller.ts';
import { commit } from '../../core/commit.ts';
import { askerOf, clientToKeep } from '../../core/oauth/client-rights.ts';
import { clientNameMustBeFree, draftClient } from '../../core/oauth/clients.ts';
import { clientWritten, decidedByAuthority, factsShown } from '../../core/oauth/decided.ts';

/** Changes an API client; what the request does not name stays as it is. */
export function updateClient(ctx: IssuerContext, request: oauth.UpdateClientRequest, call: IssuerCall): Promise<oauth.ClientWritten> {
  const { client: input, id, source } = request;
  if (input === undefined) throw new Refusal('invalid_argument', 'client must be given');
  return decidedByAuthority(
    ctx,
    call,
    (authority) => authority.updateClient(request, call),
    async () => {
      const asker = await askerOf(ctx, { call, source });
      return ctx.wholeLog.decide(async () => {
        const head = await factsShown(ctx, call.signal);
        const { client, organization, by } = await clientToKeep(ctx, { call, source }, { verb: 'update', id }, asker);
        const { name } = client.record.body;
        const record = await draftClient(ctx, input, { client, organization }, call.signal);
        by.mustHold(record.body.roles, client.record.body.roles);
        const renamed = record.body.name !== name;
        if (renamed) {
          if (!by.may('update', record.body.name)) throw permissionDenied();
          await clientNameMustBeFree(ctx, record, call.signal);
        }
        const committed = await commit(ctx, record, { head }, call.signal);
        ctx.events.clientWritten({ requestId: call.requestId, id, by: by.subject, index: committed.index, change: 'updated' });
        return clientWritten(committed, record);
      }, call.signal);
    },
  );
}
