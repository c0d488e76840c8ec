import type { issuer } from '@mintmark/contract';
import { Refusal, tokenResource } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import type { IssuerCall } from '../core/call.ts';
import { mayHandOnToken } from '../core/handing-on.ts';
import { tokenContext } from '../core/mint.ts';
import { readById } from '../core/reading.ts';
import { mayAdminister } from '../core/rights.ts';

/** Opens the sealed secret of a token that this region shows, for a caller who may read it and holds no less. Each one is told to the events. */
export async function revealSecret(ctx: IssuerContext, request: issuer.RevealSecretRequest, call: IssuerCall): Promise<issuer.RevealSecretResponse> {
  const token = await readById(ctx, 'token', request.accessorId.toLowerCase(), call.signal);
  const by = await mayAdminister(ctx, call, { verb: 'read', resource: tokenResource(token?.record.body.name ?? '') });
  if (token === undefined) throw new Refusal('not_found', 'ACL token not found');
  mayHandOnToken(ctx, by, token.record.body);
  ctx.events.secretRevealed({ requestId: call.requestId, accessorId: token.record.id, by: by.token.record.id });
  return { secretId: ctx.sealer.open(token.record.body.secret.sealed, tokenContext(token.record.id)) };
}
