import type { oauth } from '@mintmark/contract';
import { expirationProblem, Refusal, TEMPORARY_EXPIRATION_S } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit } from '../../core/commit.ts';
import { clientToKeep } from '../../core/oauth/client-rights.ts';
import { clientRecord } from '../../core/oauth/clients.ts';
import { decidedByAuthority } from '../../core/oauth/decided.ts';
import { mintToken } from '../../core/oauth/mint-token.ts';

/**
 * Mints a temporary token, which this answer alone shows and which is the client's current one from then on. The one before lives until it expires, and can
 * be revoked no more (seed AD-38, AD-43).
 */
export function createTemporaryToken(ctx: IssuerContext, request: oauth.CreateTemporaryTokenRequest, call: IssuerCall): Promise<oauth.TemporaryTokenWritten> {
  const lifetimeSeconds = request.expirationSeconds === 0 ? TEMPORARY_EXPIRATION_S : request.expirationSeconds;
  const problem = expirationProblem('expirationSeconds', lifetimeSeconds);
  if (problem !== undefined) throw new Refusal('invalid_argument', problem);
  return decidedByAuthority(
    ctx,
    call,
    (authority) => authority.createTemporaryToken(request, call),
    async () => {
      await ctx.oauth.tokens.whenSettled(call.signal);
      const { client, organization, by } = await clientToKeep(ctx, { call, source: request.source }, { verb: 'update', id: request.id });
      const { body } = client.record;
      by.mustHold([], body.roles);
      if (!body.enabled) throw new Refusal('invalid_argument', 'the API client is disabled: its tokens would be refused');
      if (body.dpop) throw new Refusal('invalid_argument', 'tokens of this API client are bound to a key of its own: it has to ask for them itself');
      const { token, jti, exp, expiresIn } = await mintToken(ctx, { client, organization, lifetimeSeconds }, call.signal);
      const record = clientRecord(ctx, { ...body, temporaryJti: jti, temporaryExpiresAt: exp * 1_000 }, client);
      const { index, freshness } = await commit(ctx, record, { key: client.revision }, call.signal);
      ctx.events.clientWritten({ requestId: call.requestId, id: record.id, by: by.subject, index, change: 'temporary_token' });
      return { written: { index, freshness }, accessToken: token, expiresIn };
    },
  );
}
