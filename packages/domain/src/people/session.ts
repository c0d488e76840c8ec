import { type Principal, isExpired } from '../principal.ts';
import type { Membership, SessionBody, UserBody } from './records.ts';
import type { LiveEntry } from '../record.ts';
import { type Instant, parseTime } from '../time.ts';
import { roleIn } from './roles.ts';

/** Where a session counts (seed: Apprenda's three APIs). */
export const SESSION_AUDIENCES = ['soc', 'developer', 'account'] as const;
export type SessionAudience = (typeof SESSION_AUDIENCES)[number];

export function isSessionAudience(text: string): text is SessionAudience {
  return (SESSION_AUDIENCES as readonly string[]).includes(text);
}

/** The role of those who may use the Platform Operations API. It is no organization's. */
export const PLATFORM_OPERATOR = 'Platform Operator';

const NS_PER_MS = 1_000_000n;

/** What counts of a user where something of the user's is judged. */
export type Standing = Pick<UserBody, 'username' | 'organizations' | 'platformOperator' | 'disabled' | 'notBefore' | 'tokensNotBefore'>;

/** The id of a new session: those of one user stand side by side. */
export function sessionId(user: string, session: string): string {
  return `${user}.${session}`;
}

/** Whether a session is alive: `ended` where its user is gone or disabled, has another password, or is no member of its tenant any more. */
export function sessionState(body: SessionBody, user: Standing | undefined, now: Instant): 'alive' | 'expired' | 'ended' {
  if (user === undefined || user.disabled || (parseTime(body.createTime) ?? 0n) <= BigInt(user.notBefore) * NS_PER_MS) return 'ended';
  if (body.organization !== '' && roleIn(user.organizations, body.organization) === undefined) return 'ended';
  return isExpired(body, now) ? 'expired' : 'alive';
}

/** Memberships by which somebody acts who is in one tenant alone; with an empty one, all. */
export function actingIn(memberships: readonly Membership[], tenant: string): readonly Membership[] {
  return tenant === '' ? memberships : memberships.filter(({ organization }) => organization === tenant);
}

/**
 * Who acts by a session that is alive: a user in the organizations of the session. `roles[i]` is the role in `organizations[i]`; behind those stands
 * `Platform Operator` where the user is one.
 */
export function sessionPrincipal({ record: { body } }: LiveEntry<'session'>, user: Standing): Principal {
  const within = actingIn(user.organizations, body.organization);
  return {
    subject: `user:${body.user}`,
    dialect: 'session',
    type: 'client',
    name: user.username,
    policies: [],
    roleIds: [],
    roles: [...within.map(({ role }) => role), ...(user.platformOperator ? [PLATFORM_OPERATOR] : [])],
    organizations: within.map(({ organization }) => organization),
    audience: body.audience,
    global: true,
    expiresAt: body.expirationTime,
  };
}
