import type { issuer } from '@mintmark/contract';
import { Refusal, tokenResource } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import type { IssuerCall } from '../core/call.ts';
import { tokenContext } from '../core/mint.ts';
import { readById } from '../core/reading.ts';
import { mayAdminister } from '../core/rights.ts';

/** Opens the sealed secret of a token that this region shows, for a management caller. Each one is told to the events. */
export async function revealSecret(ctx: IssuerContext, request: issuer.RevealSecretRequest, call: IssuerCall): Promise<issuer.RevealSecretResponse> {
  const token = await readById(ctx, 'token', request.accessorId.toLowerCase(), call.signal);
  const { token: by } = await mayAdminister(ctx, call, { verb: 'read', resource: tokenResource(token?.record.body.name ?? '') });
  if (token === undefined) throw new Refusal('not_found', 'ACL token not found');
  ctx.events.secretRevealed({ requestId: call.requestId, accessorId: token.record.id, by: by.record.id });
  return { secretId: ctx.sealer.open(token.record.body.secret.sealed, tokenContext(token.record.id)) };
}
