import type { issuer, people } from '@mintmark/contract';
import { NO_REVISION, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit } from '../../core/commit.ts';
import { decidedThere } from '../../core/people/authority.ts';
import { ProviderError } from '../../core/people/provider.ts';
import { draftSession, placeOf } from '../../core/people/sessions.ts';
import { notKnown, refuse } from '../../core/people/sign-in.ts';
import type { User } from '../../core/people/users.ts';
import { recordWritten } from '../../core/people/written.ts';
import { readByKey } from '../../core/reading.ts';
import { signInsOf } from './begin-sign-in.ts';

/** Begins a login session for whom the OpenID provider vouches for. Always decided by the authority. */
export async function finishSignIn(ctx: IssuerContext, request: people.FinishSignInRequest, call: IssuerCall): Promise<issuer.SecretWritten> {
  if (ctx.authority !== undefined) return decidedThere(ctx, ctx.authority, call, (authority) => authority.finishSignIn(request, call));
  const { requestId, signal } = call;
  const { source } = request;
  const signIns = signInsOf(ctx);
  await ctx.attempts.admitSource(source);
  const since = ctx.world.clock.now();
  const failed = async (error: unknown): Promise<never> => {
    // Whoever comes while the provider is away has done nothing wrong.
    if (!isAway(error)) await ctx.attempts.failedSource(source);
    ctx.events.signInFailed({ requestId, source, by: 'provider', why: whyOf(error) });
    return refuse(error);
  };
  const { username, audience, tenantAlias } = await signIns.judge(request.sealed, request.query).catch(failed);
  const user = await userNamed(ctx, username, signal);
  const organization = user === undefined ? undefined : await placeOf(ctx, user, audience, tenantAlias, signal).catch(failed);
  if (user === undefined || organization === undefined) return failed(notKnown());
  const { record, token } = await draftSession(ctx, user, { audience, organization }, since, signal);
  const committed = await commit(ctx, record, { key: NO_REVISION }, signal);
  ctx.events.signedIn({ requestId, user: user.record.id, audience, source, by: 'provider' });
  return { ...recordWritten(committed, record), secret: token };
}

/** The user of this name who may sign in through the provider: enabled, and without a password, so that no provider can take over an account of another kind. */
async function userNamed(ctx: IssuerContext, username: string, signal: AbortSignal): Promise<User | undefined> {
  const user = await readByKey(ctx, 'user', 'name', username.normalize('NFC').toLowerCase(), signal);
  return user !== undefined && !user.record.body.disabled && user.record.body.passwordHash === '' ? user : undefined;
}

function isAway(error: unknown): boolean {
  return error instanceof ProviderError ? error.problem === 'away' : error instanceof Refusal && error.code === 'unavailable';
}

function whyOf(error: unknown): string {
  if (error instanceof ProviderError) return `${error.problem}: ${error.detail}`;
  return error instanceof Refusal ? error.message : 'a defect';
}
