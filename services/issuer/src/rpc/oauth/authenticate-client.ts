import type { oauth } from '@mintmark/contract';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { authenticated } from '../../core/oauth/authentication.ts';

/** Who a client is. Validators ask where an assertion has to be used up; secrets they compare themselves. */
export async function authenticateClient(ctx: IssuerContext, request: oauth.AuthenticateClientRequest, call: IssuerCall): Promise<oauth.AuthenticateClientResponse> {
  const known = await authenticated(ctx, request.client, call.signal);
  return { id: known?.client.record.id ?? '' };
}
