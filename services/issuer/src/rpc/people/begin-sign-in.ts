import type { people } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import type { SignIns } from '../../core/people/sign-in.ts';

/** Begins a sign-in through the OpenID provider. Always done by the authority, which finishes it. */
export async function beginSignIn(ctx: IssuerContext, request: people.BeginSignInRequest, call: IssuerCall): Promise<people.BeginSignInResponse> {
  if (ctx.authority !== undefined) return ctx.authority.beginSignIn(request, call);
  const { authorizationUrl, redirectUrl, sealed } = await signInsOf(ctx).begin(request);
  return { authorizationUrl, redirectUrl, sealed: Buffer.from(sealed) };
}

/** Throws the refusal `not_found` where no provider is configured. */
export function signInsOf({ signIns }: IssuerContext): SignIns {
  if (signIns === undefined) throw new Refusal('not_found', 'no sign-in provider is set up here');
  return signIns;
}
