import { ACCOUNT_OWNER, clientResource, type Principal, roleIn } from '@mintmark/domain';
import type { OrganizationEntry } from '@mintmark/oauth';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../call.ts';
import { permissionDenied } from '../caller.ts';
import { mayWrite } from '../guards.ts';
import { mayHandOnPolicies } from '../handing-on.ts';
import { personOf } from '../people/caller.ts';
import { policiesOfRole, type User } from '../people/users.ts';
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
  /** Refuses roles whose policies it does not hold, where it administrates by a policy (N1 of `handing-on.ts`). */
  mustHold(roles: readonly string[]): void;
}

/** The caller, who may do this. Throws the refusals of `clientKeeper`. */
export async function mayKeepClients(ctx: IssuerContext, asking: Asking, { verb, organization, name }: ClientRight): Promise<ClientKeeper> {
  const keeper = await clientKeeper(ctx, asking, organization);
  if (!keeper.may(verb, name)) throw permissionDenied();
  return keeper;
}

/**
 * The caller, in one account (seed 2.3): an Account Owner of it, somebody whose role in it permits the verb on `client::/account::name`, or whoever
 * administrates with a token. Throws the refusals `permission_denied`, `unauthenticated` and `unavailable`.
 */
export async function clientKeeper(ctx: IssuerContext, { call, source }: Asking, organization: OrganizationEntry): Promise<ClientKeeper> {
  const rightTo = (verb: Right['verb'], name: string): Right => ({ verb, resource: clientResource(organization.record.body.alias, name) });
  const person = await personOf(ctx, call, source);
  if (person === undefined) {
    const by = await administratorOf(ctx, call);
    const { token, principal, subject } = by;
    mayWrite(token, 'global');
    return {
      subject,
      may: (verb, name) => ctx.access.decide(principal, rightTo(verb, name)).allowed,
      mustHold: (roles) => mayHandOnPolicies(ctx, by, roles.flatMap((role) => policiesOfRole(ctx, by, role))),
    };
  }
  const { user } = person;
  const role = roleIn(user.record.body.organizations, organization.record.id);
  if (role === undefined || person.audience !== undefined || user.record.body.disabled) throw permissionDenied();
  const subject = `user:${user.record.id}`;
  const mustHold = (): void => undefined;
  if (role === ACCOUNT_OWNER) return { subject, may: () => true, mustHold };
  await ctx.access.whenSettled(call.signal);
  const principal = memberOf(user, organization, role);
  return { subject, may: (verb, name) => ctx.access.decide(principal, rightTo(verb, name)).allowed, mustHold };
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
