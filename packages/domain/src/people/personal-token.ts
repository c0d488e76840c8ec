import { isExpired, type Principal } from '../principal.ts';
import type { PersonalTokenBody } from './records.ts';
import type { LiveEntry } from '../record.ts';
import { formatTime, type Instant, parseTime } from '../time.ts';
import { type BuiltInRole, isBuiltInRole, ORGANIZATION_ADMIN, weakerOf } from './roles.ts';
import { actingIn, type Standing } from './session.ts';

/** Why a personal token is over. */
export type RevokedBecause = 'by hand' | 'leaked' | 'expired' | 'unused' | 'creator deleted' | 'creator disabled';

export type PersonalState = { readonly status: 'ACTIVE' } | { readonly status: 'REVOKED'; readonly because: string };

const NS_PER_MS = 1_000_000n;
const DAY_NS = 86_400_000_000_000n;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Whether a personal token is alive, judged by its creator as that is now (seed: AppNeta's manual). `used`: when it was last used. */
export function personalState(body: PersonalTokenBody, creator: Standing | undefined, now: Instant, used?: Instant): PersonalState {
  if (body.revokedAt !== '') return { status: 'REVOKED', because: body.revokedBecause };
  if (creator === undefined) return { status: 'REVOKED', because: 'creator deleted' satisfies RevokedBecause };
  const before = (parseTime(body.createTime) ?? 0n) <= BigInt(creator.tokensNotBefore) * NS_PER_MS;
  if (creator.disabled || before) return { status: 'REVOKED', because: 'creator disabled' satisfies RevokedBecause };
  if (isUnused(body, used, now)) return { status: 'REVOKED', because: 'unused' satisfies RevokedBecause };
  return isExpired(body, now) ? { status: 'REVOKED', because: 'expired' satisfies RevokedBecause } : { status: 'ACTIVE' };
}

/** Whether a token that is alive ends by its date within `notice`, in nanoseconds, and nobody has been told. */
export function isToBeTold({ expirationTime, expiryToldAt }: PersonalTokenBody, notice: bigint, now: Instant): boolean {
  return expiryToldAt === '' && expirationTime !== null && isExpired({ expirationTime }, now + notice);
}

/** Use is told once a minute and travels; by this much a token outlives its idle expiry. */
const IDLE_SLACK_S = 120n;
const NS_PER_S = 1_000_000_000n;

/** Whether a token has gone without use for as long as it may. `used`: when it was last used; `undefined` for never. */
export function isUnused({ idleExpirySeconds, createTime }: PersonalTokenBody, used: Instant | undefined, now: Instant): boolean {
  if (idleExpirySeconds === 0) return false;
  const made = parseTime(createTime) ?? 0n;
  const last = used === undefined || used < made ? made : used;
  return last + (BigInt(idleExpirySeconds) + IDLE_SLACK_S) * NS_PER_S <= now;
}

/**
 * Who acts by a personal token that is alive: its creator, in no organization that it was not given and that its creator is not in now, in no stronger role
 * than its own and its creator's there. `roles[i]` is the role in `organizations[i]`. Custom roles have no tokens.
 */
export function personalPrincipal({ record: { body } }: LiveEntry<'personal_token'>, creator: Standing): Principal {
  const reached = creator.organizations.flatMap(({ organization, role }) => {
    if (!isBuiltInRole(role) || !isBuiltInRole(body.role)) return [];
    return body.dynamicAccess || body.organizations.includes(organization) ? [{ organization, role: weakerOf(body.role, role) }] : [];
  });
  return {
    subject: `user:${body.user}`,
    dialect: 'personal',
    type: 'client',
    name: body.name,
    policies: [],
    roleIds: [],
    roles: reached.map(({ role }) => role),
    organizations: reached.map(({ organization }) => organization),
    global: true,
    expiresAt: body.expirationTime,
  };
}

/** Ids of the organizations that a token is associated with: those chosen, or its creator's; those at its creation where the creator is gone. */
function associatedWith({ dynamicAccess, organizations }: PersonalTokenBody, creator: Standing | undefined): readonly string[] {
  return dynamicAccess && creator !== undefined ? creator.organizations.map(({ organization }) => organization) : organizations;
}

/** Whoever asks about personal tokens. */
export interface TokenManager {
  /** Id of the user. */
  readonly user: string;
  readonly standing: Standing;
  /** Id of the organization that it acts in alone; empty: in all of its own. */
  readonly organization: string;
}

/**
 * Whether somebody sees and revokes a personal token: one of its own, where it acts alone one that is associated with that organization, or one that is associated
 * with an organization that it controls. `parentOf` gives an empty text for none.
 */
export function mayManage(body: PersonalTokenBody, { user, standing, organization }: TokenManager, creator: Standing | undefined, parentOf: (id: string) => string): boolean {
  const associated = associatedWith(body, creator);
  if (body.user === user && (organization === '' || associated.includes(organization))) return true;
  const acting = { ...standing, organizations: actingIn(standing.organizations, organization) };
  return associated.some((id) => controls(acting, id, parentOf));
}

/** Whether somebody is Organization Admin of an organization, or of one that it belongs to. */
function controls(user: Standing, organization: string, parentOf: (id: string) => string): boolean {
  const controlled = new Set(user.organizations.flatMap(({ organization: id, role }) => (role === ORGANIZATION_ADMIN ? [id] : [])));
  const seen = new Set<string>();
  for (let id = organization; id !== '' && !seen.has(id); id = parentOf(id)) {
    if (controlled.has(id)) return true;
    seen.add(id);
  }
  return false;
}

/** When a token is to expire: `null` for `Never`, the end of the day in UTC for a date; `undefined` for what is neither that nor an RFC 3339 time. */
export function expiryOf(text: string): string | null | undefined {
  if (text === 'Never') return null;
  const at = DATE.test(text) ? parseTime(`${text}T00:00:00Z`) : parseTime(text);
  if (at === undefined) return undefined;
  return formatTime(DATE.test(text) ? at + DAY_NS - 1n : at);
}

/** The strongest of the built-in roles that somebody has; `undefined` for none. */
export function strongestRole(roles: readonly string[]): BuiltInRole | undefined {
  return roles
    .filter(isBuiltInRole)
    .reduce<BuiltInRole | undefined>((best, role) => (best === undefined || weakerOf(best, role) === best ? role : best), undefined);
}
