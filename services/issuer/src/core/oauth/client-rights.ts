import { ACCOUNT_OWNER, clientResource, type Principal, roleIn } from '@mintmark/domain';
import type { OrganizationEntry } from '@mintmark/oauth';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../call.ts';
import { permissionDenied } from '../caller.ts';
import { mayWrite } from '../guards.ts';
import { personOf } from '../people/caller.ts';
import type { User } from '../people/users.ts';
import { mayAdminister, type Right } from '../rights.ts';

/** Whoever asks, and from where. */
export interface Asking {
  readonly call: IssuerCall;
  /** Address, for the limits of failed passwords. */
  readonly source: string;
}

/** What is to be done to which client of which account. */
export interface ClientRight {
  readonly verb: Right['verb'];
  readonly organization: OrganizationEntry;
  readonly name: string;
}

/**
 * Who may administrate the clients of an account (seed 2.3): an Account Owner of it, somebody whose role in it permits the verb on `client::/account::name`,
 * or whoever administrates with a token. Returns who it is, for the log. Throws the refusals `permission_denied`, `unauthenticated` and `unavailable`.
 */
export async function mayKeepClients(ctx: IssuerContext, { call, source }: Asking, { verb, organization, name }: ClientRight): Promise<string> {
  const right = { verb, resource: clientResource(organization.record.body.alias, name) };
  const person = await personOf(ctx, call, source);
  if (person === undefined) {
    const { token, subject } = await mayAdminister(ctx, call, right);
    mayWrite(token, 'global');
    return subject;
  }
  const { user } = person;
  const role = roleIn(user.record.body.organizations, organization.record.id);
  if (role === undefined || person.audience !== undefined || user.record.body.disabled) throw permissionDenied();
  if (role !== ACCOUNT_OWNER) {
    await ctx.access.whenSettled(call.signal);
    if (!ctx.access.decide(memberOf(user, organization, role), right).allowed) throw permissionDenied();
  }
  return `user:${user.record.id}`;
}

/** Somebody with the rights that a role gives in one account. */
function memberOf({ record: { id, body } }: User, organization: OrganizationEntry, role: string): Principal {
  return {
    subject: `user:${id}`,
    dialect: 'oauth',
    type: 'client',
    name: body.username,
    policies: [],
    roleIds: [],
    roles: [role],
    organizations: [organization.record.id],
    global: true,
    expiresAt: null,
  };
}
