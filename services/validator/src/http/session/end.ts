import { digestOf, parseSessionToken, Refusal, type SessionAudience } from '@mintmark/domain';
import type { ValidatorContext } from '../../context.ts';
import type { Answer, Exchange } from '../people/serve.ts';
import { sessionApi } from '../api.ts';

export const END_API = sessionApi('Log out: end the session that the path names', { gives: 'none', security: [''] });

/** `DELETE …/sessions/{audience}/{token}`: whoever shows the token may end the session. */
export async function endSession(ctx: ValidatorContext, { request, signal }: Exchange, audience: SessionAudience): Promise<Answer> {
  const token = parseSessionToken((request.params as { readonly token: string }).token);
  if (token === undefined) throw new Refusal('not_found', 'there is no such session');
  const digest = Buffer.from(digestOf(token), 'hex');
  const { freshness } = await ctx.people.endSession({ digest, audience }, { requestId: request.id, signal });
  return { status: 204, freshness };
}
