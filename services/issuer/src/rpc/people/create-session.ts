import type { issuer, people } from '@mintmark/contract';
import { isSessionAudience, NO_REVISION, Refusal, SESSION_AUDIENCES } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit } from '../../core/commit.ts';
import { decidedThere } from '../../core/people/authority.ts';
import { userByPassword } from '../../core/people/login.ts';
import { draftSession, socNeedsOperator, tenantOf } from '../../core/people/sessions.ts';
import type { User } from '../../core/people/users.ts';
import { recordWritten } from '../../core/people/written.ts';

/** Begins a login session (seed: Apprenda 4.1). Always decided by the authority, which knows of every failure. */
export async function createSession(ctx: IssuerContext, request: people.CreateSessionRequest, call: IssuerCall): Promise<issuer.SecretWritten> {
  if (ctx.authority !== undefined) return decidedThere(ctx, ctx.authority, call, (authority) => authority.createSession(request, call));
  const { audience, source } = request;
  if (!isSessionAudience(audience)) throw new Refusal('invalid_argument', `audience must be one of: ${SESSION_AUDIENCES.join(', ')}`);
  const since = ctx.world.clock.now();
  const user = await userByPassword(ctx, request, call.signal);
  if (user === undefined) throw notSignedIn(ctx, call, source);
  const organization = audience === 'soc' ? await socTenant(ctx, user, call.signal) : await tenantOf(ctx, user, request.tenantAlias, call.signal);
  if (organization === undefined) throw notSignedIn(ctx, call, source);
  const { record, token } = await draftSession(ctx, user, { audience, organization }, since, call.signal);
  const committed = await commit(ctx, record, { key: NO_REVISION }, call.signal);
  ctx.events.signedIn({ requestId: call.requestId, user: user.record.id, audience, source });
  return { ...recordWritten(committed, record), secret: token };
}

/** The Platform Operations API knows no tenants. Throws the refusal `permission_denied` for those who may not use it. */
async function socTenant(ctx: IssuerContext, user: User, signal: AbortSignal): Promise<string> {
  if (!user.record.body.platformOperator && (await socNeedsOperator(ctx, signal))) {
    throw new Refusal('permission_denied', 'the user is not a platform operator');
  }
  return '';
}

function notSignedIn(ctx: IssuerContext, { requestId }: IssuerCall, source: string): Refusal {
  ctx.events.signInFailed({ requestId, source });
  return new Refusal('invalid_argument', 'the credentials are not valid');
}
