import type { workload } from '@mintmark/contract';
import { parseFqn, Refusal } from '@mintmark/domain';
import { USER_TOKEN } from '@mintmark/oauth';
import { type Claim, decide, nameOf, tokenTimeoutOf } from '@mintmark/policy';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { userByPassword } from '../../core/people/login.ts';
import { known } from '../../core/rights.ts';
import { mintWorkloadToken } from '../../core/workload/tokens.ts';

/** Where policy decides about tokens of users (seed systems 1.3 rule 8), and how long they live where it does not say. */
const USER_TOKENS = 'auth::/oauth2/http';
const DEFAULT_SECONDS = 86_400;

/** A token for whoever shows a user's password, as policy permits at this moment. Decided and signed by the region that is asked. */
export async function issueUserToken(ctx: IssuerContext, request: workload.IssueUserTokenRequest, call: IssuerCall): Promise<workload.TokenIssued> {
  const { requestId, signal } = call;
  const user = await userByPassword(ctx, request, signal);
  if (user === undefined) {
    ctx.events.signInFailed({ requestId, source: request.source, by: 'password' });
    throw new Refusal('unauthenticated', 'the username or the password is not valid');
  }
  await known(ctx, signal);
  const { id, body } = user.record;
  const claims: readonly Claim[] = [{ issuer: 'basic', type: 'name', value: body.username }];
  const sets = [ctx.access.shown.everyone];
  const decision = decide(sets, { verb: 'issue', resource: USER_TOKENS, claims });
  const name = nameOf(sets, { resource: USER_TOKENS, claims });
  if (!decision.allowed || name === undefined) {
    ctx.events.workloadToken({ requestId, subject: `user:${id}`, outcome: 'refused' });
    throw new Refusal('permission_denied', decision.allowed ? `Not allowed to issue "${USER_TOKENS}" by policy: missing claim "name" on "${USER_TOKENS}"` : decision.message);
  }
  // A job is called by its full name: no user may be called like one.
  if (parseFqn(name) !== undefined) throw new Refusal('permission_denied', 'the name that policy gives the user is that of a resource');
  const lifetimeSeconds = tokenTimeoutOf(sets, { resource: USER_TOKENS, claims }) ?? DEFAULT_SECONDS;
  const issued = await mintWorkloadToken(ctx, { type: USER_TOKEN, id, name, lifetimeSeconds, notBefore: body.notBefore }, signal);
  ctx.events.workloadToken({ requestId, subject: `user:${id}`, outcome: 'issued' });
  return issued;
}
