import { type issuer, toWire } from '@mintmark/contract';
import { formatFreshness, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import { withoutSealed } from '../core/answer.ts';
import type { IssuerCall } from '../core/call.ts';
import { readByKey } from '../core/reading.ts';

/** The authority's global token behind a digest; other regions ask it about what they have not seen yet (P6). Local tokens stay home (P5). */
export async function resolveSecret(ctx: IssuerContext, request: issuer.ResolveSecretRequest, call: IssuerCall): Promise<issuer.ResolveSecretResponse> {
  if (request.digest.length !== 32) throw new Refusal('invalid_argument', 'digest must be 32 bytes: the SHA-256 of the secret');
  if (ctx.authority !== undefined) return ctx.authority.resolveSecret(request, call);
  const position = ctx.follower.position;
  if (position === undefined) throw new Refusal('unavailable', "the region's view cannot be read now", { retryAfterMs: 1000 });
  const token = await readByKey(ctx, 'token', 'secret', request.digest.toString('hex'), call.signal);
  const freshness = formatFreshness({ region: ctx.region, incarnation: position.incarnation, index: position.revision });
  if (token === undefined || token.record.scope !== 'global') return { record: undefined, modifyIndex: 0, freshness };
  return { record: toWire(withoutSealed(token.record)), modifyIndex: token.revision, freshness };
}
