import { formatTime, instantOf, type LiveEntry, type Principal } from '@mintmark/domain';
import type { AccessClaims, TokenReason } from '@mintmark/keys/jwt';
import type { ViewReader } from '@mintmark/view';
import type { AccessTokens } from './access-tokens.ts';

/** `type` of the tokens of jobs and of users in the workload dialect: no token of an API client is ever taken for one, nor the other way round (P9). */
export const JOB_TOKEN = 'JOB';
export const USER_TOKEN = 'USER';

export type WorkloadReason =
  | TokenReason
  | 'wrong_kind'
  | 'denied'
  /** The job was deleted, whether or not another has its name now. */
  | 'unknown_job'
  /** The user was deleted, disabled, or changed its password since. */
  | 'unknown_user';

export type WorkloadJudgement =
  | { readonly ok: true; readonly principal: Principal; readonly claims: AccessClaims; readonly untilMs: number }
  | { readonly ok: false; readonly reason: WorkloadReason };

/** Whether a text could be a signed token; opaque credentials have no dots. */
export function isSignedToken(text: string): boolean {
  return text.startsWith('eyJ') && text.split('.').length === 3;
}

/** Judges a token of the workload dialect by what the region shows at `now`, milliseconds since the epoch. Throws `ViewError`. */
export async function judgeWorkload(tokens: AccessTokens, view: ViewReader, token: string, now: number, signal: AbortSignal): Promise<WorkloadJudgement> {
  const verified = await tokens.verifiedNow(token, now);
  if (!verified.ok) return verified;
  const { claims, untilMs } = verified;
  const own = tokens.settings.audiences[0];
  if (claims.aud !== own || typeof claims.id !== 'string') return { ok: false, reason: 'wrong_kind' };
  if (claims.type === JOB_TOKEN) {
    const job = (await view.get('job', claims.id, { signal })).value;
    if (job === undefined || job.record.body.fqn !== claims.sub) return { ok: false, reason: 'unknown_job' };
    return { ok: true, principal: jobPrincipal(job, claims.exp), claims, untilMs };
  }
  if (claims.type !== USER_TOKEN) return { ok: false, reason: 'wrong_kind' };
  const user = (await view.get('user', claims.id, { signal })).value;
  const body = user?.record.body;
  if (user === undefined || body === undefined || body.disabled || claims.iat * 1_000 <= body.notBefore) return { ok: false, reason: 'unknown_user' };
  return { ok: true, principal: userPrincipal(user, claims.sub, claims.exp), claims, untilMs };
}

/** A job as a subject. `exp`: seconds since the epoch. */
export function jobPrincipal({ record: { body } }: LiveEntry<'job'>, exp: number): Principal {
  return principal(body.fqn, body.fqn, exp);
}

/** A user as a subject of this dialect, under the name that policy gave. */
function userPrincipal({ record }: LiveEntry<'user'>, name: string, exp: number): Principal {
  return principal(`user:${record.id}`, name, exp);
}

function principal(subject: string, name: string, exp: number): Principal {
  return {
    subject,
    dialect: 'workload',
    type: 'client',
    name,
    policies: [],
    roleIds: [],
    roles: [],
    organizations: [],
    global: true,
    expiresAt: formatTime(instantOf(exp * 1_000)),
  };
}
