import type { issuer, oauth } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { denySealed } from '../../core/oauth/denials.ts';

/** Denies what another region's issuer has been asked to. The authority's work. */
export async function denyForRegion(ctx: IssuerContext, request: oauth.DenyRequest, call: IssuerCall): Promise<issuer.Written> {
  if (ctx.authority !== undefined) throw new Refusal('invalid_argument', 'only the authority denies for other regions');
  const { index, freshness } = await denySealed(ctx, request.sealed, call.signal);
  return { index, freshness };
}
