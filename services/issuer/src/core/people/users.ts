import type { people } from '@mintmark/contract';
import {
  ACCOUNT_OWNER,
  formatTime,
  instantOf,
  isBuiltInRole,
  type LiveEntry,
  type LiveRecord,
  type Membership,
  membershipsProblem,
  Refusal,
  usernameProblem,
} from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { Administrator } from '../call.ts';
import { permissionDenied } from '../caller.ts';
import { mayHandOnPolicies } from '../handing-on.ts';
import { endingAt } from '../not-before.ts';
import { envelope, freshUuid } from '../mint.ts';
import { readById, readByKey } from '../reading.ts';

export type User = LiveEntry<'user'>;

/** What becomes of the password. */
export type PasswordChange = { readonly hash: string } | 'none' | 'kept';

/** The user in the organizations that still exist. */
export async function inExisting(ctx: IssuerContext, user: User, signal: AbortSignal): Promise<User> {
  await ctx.oauth.tokens.whenSettled(signal);
  const { shown } = ctx.oauth.tokens;
  const { record } = user;
  const organizations = record.body.organizations.filter(({ organization }) => shown.organization(organization) !== undefined);
  return { ...user, record: { ...record, body: { ...record.body, organizations } } };
}

/** Throws the refusal `invalid_argument` for what is wrong whatever the records say. */
export function checkUser({ username, organizations }: people.UserInput): void {
  const problem = usernameProblem(username) ?? membershipsProblem(organizations);
  if (problem !== undefined) throw new Refusal('invalid_argument', problem);
}

/** The user as it is to be stored. A password that changes ends the sessions that began before; disabling ends the personal tokens too, for good. */
export function draftUser(ctx: IssuerContext, input: people.UserInput, stored: User | undefined, password: PasswordChange): LiveRecord<'user'> {
  const { username, organizations, platformOperator, disabled } = input;
  const now = ctx.world.clock.now();
  const before = stored?.record.body;
  const ends = before !== undefined && disabled && !before.disabled;
  const changed = before !== undefined && (ends || password !== 'kept');
  const body = {
    username,
    passwordHash: passwordHash(password, before?.passwordHash),
    organizations: organizations.map(({ organization, role }) => ({ organization, role })),
    platformOperator,
    disabled,
    notBefore: changed ? endingAt(Math.ceil(now), before.notBefore, now) : (before?.notBefore ?? 0),
    tokensNotBefore: ends ? Math.max(Math.ceil(now), before.tokensNotBefore) : (before?.tokensNotBefore ?? 0),
    createTime: before?.createTime ?? formatTime(instantOf(now)),
  };
  const id = stored?.record.id ?? freshUuid(ctx);
  return { kind: 'user', id, scope: 'global', deleted: false, body, ...envelope(ctx, stored?.record.createIndex) };
}

function passwordHash(password: PasswordChange, before = ''): string {
  if (password === 'kept') return before;
  return password === 'none' ? '' : password.hash;
}

/** Refuses a username that another user has, in whatever case. The view must show the log's head, and the write expect that nothing follows it. */
export async function usernameMustBeFree(ctx: IssuerContext, { id, body }: LiveRecord<'user'>, signal: AbortSignal): Promise<void> {
  const other = await readByKey(ctx, 'user', 'name', body.username.toLowerCase(), signal);
  if (other !== undefined && other.record.id !== id) throw new Refusal('already_exists', `username ${JSON.stringify(body.username)} is in use: choose another`);
}

/** Refuses memberships that are new to the user and name what does not exist. */
export async function membershipsMustExist(ctx: IssuerContext, { body }: LiveRecord<'user'>, stored: User | undefined, signal: AbortSignal): Promise<void> {
  for (const [at, membership] of body.organizations.entries()) {
    if (isAmong(membership, stored?.record.body.organizations)) continue;
    if ((await readById(ctx, 'organization', membership.organization, signal)) === undefined) {
      throw new Refusal('invalid_argument', `organizations[${at}].organization must be the id of an organization that exists`);
    }
    if (isBuiltInRole(membership.role) || membership.role === ACCOUNT_OWNER) continue;
    if ((await readByKey(ctx, 'role', 'name', membership.role, signal)) === undefined) {
      throw new Refusal('invalid_argument', `organizations[${at}].role must be View Only, Standard, Advanced, Organization Admin, ${ACCOUNT_OWNER}, or the name of an ACL role`);
    }
  }
}

/**
 * Whoever administrates by a policy, and not by a management token, touches no platform operator or Account Owner, makes none, and nobody whose custom role has policies that
 * it does not hold itself, and nobody of whom a document for everybody speaks: otherwise it could take over, or become, somebody stronger. Throws the refusal
 * `permission_denied`.
 */
export function mayChangeUser(ctx: IssuerContext, by: Administrator, users: readonly Pick<people.UserInput, 'organizations' | 'platformOperator' | 'username'>[]): void {
  if (by.principal.type === 'management') return;
  for (const { platformOperator, organizations, username } of users) {
    if (platformOperator || organizations.some(({ role }) => role === ACCOUNT_OWNER) || ctx.access.shown.speaksOf(username)) throw permissionDenied();
    for (const { role } of organizations) mayHandOnPolicies(ctx, by, isBuiltInRole(role) ? [] : policiesOfRole(ctx, by, role));
  }
}

/** What an ACL role gives, whoever has it. */
export function policiesOfRole(ctx: IssuerContext, by: Administrator, role: string): readonly string[] {
  const { policies } = ctx.access.rightsOf({ ...by.principal, policies: [], roleIds: [], roles: [role] });
  return [...policies];
}

function isAmong({ organization, role }: Membership, memberships: readonly Membership[] = []): boolean {
  return memberships.some((other) => other.organization === organization && other.role === role);
}
