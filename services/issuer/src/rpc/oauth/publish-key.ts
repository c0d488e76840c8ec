import type { issuer, oauth } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { publishSealed } from '../../core/oauth/publication.ts';

/** Writes the state of another region's signing key. The authority's work. */
export async function publishKey(ctx: IssuerContext, request: oauth.PublishKeyRequest, call: IssuerCall): Promise<issuer.Written> {
  if (ctx.authority !== undefined) throw new Refusal('invalid_argument', 'only the authority publishes signing keys of other regions');
  const { index, freshness } = await publishSealed(ctx, request.sealed, call.forwardedFrom, call.signal);
  return { index, freshness };
}
