import { ACCOUNT_OWNER, clientResource, type Principal, roleIn } from '@mintmark/domain';
import type { OrganizationEntry } from '@mintmark/oauth';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../call.ts';
import { permissionDenied } from '../caller.ts';
import { mayWrite } from '../guards.ts';
import { personOf } from '../people/caller.ts';
import type { User } from '../people/users.ts';
import { administratorOf, type Right } from '../rights.ts';

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

/** Somebody who may do something to clients of one account. */
export interface ClientKeeper {
  /** Who it is, for the log. */
  readonly subject: string;
  may(verb: Right['verb'], name: string): boolean;
}

/** The caller, who may do this. Returns who it is. Throws the refusals of `clientKeeper`. */
export async function mayKeepClients(ctx: IssuerContext, asking: Asking, { verb, organization, name }: ClientRight): Promise<string> {
  const keeper = await clientKeeper(ctx, asking, organization);
  if (!keeper.may(verb, name)) throw permissionDenied();
  return keeper.subject;
}

/**
 * The caller, in one account (seed 2.3): an Account Owner of it, somebody whose role in it permits the verb on `client::/account::name`, or whoever
 * administrates with a token. Throws the refusals `permission_denied`, `unauthenticated` and `unavailable`.
 */
export async function clientKeeper(ctx: IssuerContext, { call, source }: Asking, organization: OrganizationEntry): Promise<ClientKeeper> {
  const rightTo = (verb: Right['verb'], name: string): Right => ({ verb, resource: clientResource(organization.record.body.alias, name) });
  const person = await personOf(ctx, call, source);
  if (person === undefined) {
    const { token, principal, subject } = await administratorOf(ctx, call);
    mayWrite(token, 'global');
    return { subject, may: (verb, name) => ctx.access.decide(principal, rightTo(verb, name)).allowed };
  }
  const { user } = person;
  const role = roleIn(user.record.body.organizations, organization.record.id);
  if (role === undefined || person.audience !== undefined || user.record.body.disabled) throw permissionDenied();
  const subject = `user:${user.record.id}`;
  if (role === ACCOUNT_OWNER) return { subject, may: () => true };
  await ctx.access.whenSettled(call.signal);
  const principal = memberOf(user, organization, role);
  return { subject, may: (verb, name) => ctx.access.decide(principal, rightTo(verb, name)).allowed };
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
