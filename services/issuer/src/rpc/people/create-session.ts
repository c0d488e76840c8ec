import type { issuer, people } from '@mintmark/contract';
import { isSessionAudience, NO_REVISION, Refusal, SESSION_AUDIENCES } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit } from '../../core/commit.ts';
import { decidedThere } from '../../core/people/authority.ts';
import { userByPassword } from '../../core/people/login.ts';
import { draftSession, placeOf } from '../../core/people/sessions.ts';
import { recordWritten } from '../../core/people/written.ts';

/** Begins a login session (seed: Apprenda 4.1). Always decided by the authority, which knows of every failure. */
export async function createSession(ctx: IssuerContext, request: people.CreateSessionRequest, call: IssuerCall): Promise<issuer.SecretWritten> {
  if (ctx.authority !== undefined) return decidedThere(ctx, ctx.authority, call, (authority) => authority.createSession(request, call));
  const { audience, source } = request;
  if (!isSessionAudience(audience)) throw new Refusal('invalid_argument', `audience must be one of: ${SESSION_AUDIENCES.join(', ')}`);
  const since = ctx.world.clock.now();
  const user = await userByPassword(ctx, request, call.signal);
  if (user === undefined) throw notSignedIn(ctx, call, source);
  const organization = await placeOf(ctx, user, audience, request.tenantAlias, call.signal);
  if (organization === undefined) throw notSignedIn(ctx, call, source);
  const { record, token } = await draftSession(ctx, user, { audience, organization }, since, call.signal);
  const committed = await commit(ctx, record, { key: NO_REVISION }, call.signal);
  ctx.events.signedIn({ requestId: call.requestId, user: user.record.id, audience, source, by: 'password' });
  return { ...recordWritten(committed, record), secret: token };
}

function notSignedIn(ctx: IssuerContext, { requestId }: IssuerCall, source: string): Refusal {
  ctx.events.signInFailed({ requestId, source, by: 'password' });
  return new Refusal('invalid_argument', 'the credentials are not valid');
}
