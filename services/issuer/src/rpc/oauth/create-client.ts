import type { oauth } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { permissionDenied } from '../../core/caller.ts';
import { commit } from '../../core/commit.ts';
import { askerOf, clientKeeper } from '../../core/oauth/client-rights.ts';
import { clientNameMustBeFree, draftClient, freshSecret } from '../../core/oauth/clients.ts';
import { clientWritten, decidedByAuthority, factsShown } from '../../core/oauth/decided.ts';

/** Creates an API client, with a secret that this answer alone shows. A name is taken only if nothing at all is written meanwhile. */
export function createClient(ctx: IssuerContext, request: oauth.CreateClientRequest, call: IssuerCall): Promise<oauth.ClientWritten> {
  const { client: input, account, source } = request;
  if (input === undefined) throw new Refusal('invalid_argument', 'client must be given');
  return decidedByAuthority(
    ctx,
    call,
    (authority) => authority.createClient(request, call),
    async () => {
      const asker = await askerOf(ctx, { call, source });
      return ctx.wholeLog.decide(async () => {
        const head = await factsShown(ctx, call.signal);
        const organization = ctx.oauth.tokens.shown.organizationCalled(account);
        const by = await clientKeeper(ctx, { call, source }, organization, asker);
        if (!by.may('create', input.name ?? '')) throw permissionDenied();
        if (organization === undefined) throw new Refusal('invalid_argument', `account must be the alias or name of an organization, not ${JSON.stringify(account)}`);
        const secret = freshSecret(ctx);
        const drafted = await draftClient(ctx, input, { organization }, call.signal);
        by.mustHold(drafted.body.roles);
        const record = { ...drafted, body: { ...drafted.body, secrets: [secret.stored] } };
        await clientNameMustBeFree(ctx, record, call.signal);
        const committed = await commit(ctx, record, { head }, call.signal);
        ctx.events.clientWritten({ requestId: call.requestId, id: record.id, by: by.subject, index: committed.index, change: 'created' });
        return clientWritten(committed, record, secret.text);
      }, call.signal);
    },
  );
}
