import type { issuer, oauth } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit } from '../../core/commit.ts';
import { clientToKeep } from '../../core/oauth/client-rights.ts';
import { clientRecord } from '../../core/oauth/clients.ts';
import { decidedByAuthority } from '../../core/oauth/decided.ts';
import { deny } from '../../core/oauth/denials.ts';

/** Ends a client's current temporary token. The denial comes first: cut off in between, the token is refused and can be revoked again. */
export function revokeTemporaryToken(ctx: IssuerContext, request: oauth.ClientRequest, call: IssuerCall): Promise<issuer.Written> {
  return decidedByAuthority(
    ctx,
    call,
    (authority) => authority.revokeTemporaryToken(request, call),
    async () => {
      await ctx.oauth.tokens.whenSettled(call.signal);
      const { client, by } = await clientToKeep(ctx, { call, source: request.source }, { verb: 'update', id: request.id });
      const { body } = client.record;
      if (body.temporaryJti === '') throw new Refusal('not_found', 'the API client has no current temporary token');
      await deny(ctx, { id: body.temporaryJti, expiresAt: body.temporaryExpiresAt }, call.signal);
      const record = clientRecord(ctx, { ...body, temporaryJti: '', temporaryExpiresAt: 0 }, client);
      const { index, freshness } = await commit(ctx, record, { key: client.revision }, call.signal);
      ctx.events.clientWritten({ requestId: call.requestId, id: record.id, by: by.subject, index, change: 'temporary_token_revoked' });
      return { index, freshness };
    },
  );
}
