import type { oauth } from '@mintmark/contract';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { authenticated } from '../../core/oauth/authentication.ts';
import { deny } from '../../core/oauth/denials.ts';
import type { ProtocolRefusal } from '../../core/oauth/grants.ts';
import { judgedToken } from '../../core/oauth/judging.ts';
import { invalidClient } from './grant.ts';

/** RFC 7009: ends a token of the client's own, in every region. A token that counts no more anyway is as good as revoked. */
export async function revoke(ctx: IssuerContext, request: oauth.RevokeRequest, call: IssuerCall): Promise<oauth.ProtocolAnswer> {
  const known = await authenticated(ctx, request.client, call.signal);
  if (known === undefined) return refused(invalidClient());
  const judged = await judgedToken(ctx, request.token);
  if (!judged.ok) return { error: undefined };
  const { client, claims } = judged;
  if (client.record.id !== known.client.record.id) return { error: { error: 'invalid_grant', description: 'the token is of another client' } };
  await deny(ctx, { id: claims.jti, expiresAt: claims.exp * 1_000 }, call.signal);
  ctx.events.clientTokenRevoked({ requestId: call.requestId, id: client.record.id, jti: claims.jti });
  return { error: undefined };
}

function refused({ error, message }: ProtocolRefusal): oauth.ProtocolAnswer {
  return { error: { error, description: message } };
}
