import { ACCOUNT_OWNER, clientResource, type Principal, Refusal, roleIn } from '@mintmark/domain';
import type { OrganizationEntry } from '@mintmark/oauth';
import type { IssuerContext } from '../../context.ts';
import type { Administrator, IssuerCall } from '../call.ts';
import { permissionDenied } from '../caller.ts';
import { mayWrite } from '../guards.ts';
import { mayHandOnPolicies } from '../handing-on.ts';
import { type Person, personOf } from '../people/caller.ts';
import { readById } from '../reading.ts';
import { policiesOfRole, type User } from '../people/users.ts';
import { administratorOf, type Right } from '../rights.ts';
import { clientOf, type KnownClient } from './clients.ts';

/** Whoever asks, and from where. */
export interface Asking {
  readonly call: IssuerCall;
  /** Address, for the limits of failed passwords. */
  readonly source: string;
}

/** What is to be done to which client. */
export interface ClientRight {
  readonly verb: Right['verb'];
  readonly id: string;
}

/** Somebody who may do something to clients of one account. */
export interface ClientKeeper {
  /** Who it is, for the log. */
  readonly subject: string;
  may(verb: Right['verb'], name: string): boolean;
  /**
   * Refuses roles whose policies it does not hold (N1 of `handing-on.ts`): to whoever administrates by a policy those that the client has already, too; to a person
   * only those that it adds.
   */
  mustHold(roles: readonly string[], present?: readonly string[]): void;
}

/**
 * A client, and the caller, who may do this to it. For a person what is not of the account that it has named does not exist; whoever may not do it to anything of that
 * name is told so, whether there is such a client or not (P9). Throws the refusals of `clientKeeper`, and `not_found`.
 */
export async function clientToKeep(ctx: IssuerContext, asking: Asking, { verb, id }: ClientRight, known?: Asker): Promise<KnownClient & { readonly by: ClientKeeper }> {
  const asker = await askerOf(ctx, asking, known);
  const found = clientOf(ctx, id);
  const account = 'person' in asker ? ctx.oauth.tokens.shown.organizationCalled(asker.person.account ?? '') : found?.organization;
  const own = found !== undefined && found.organization.record.id === account?.record.id ? found : undefined;
  const by = await keeperIn(ctx, asker, account, asking.call.signal);
  if (!by.may(verb, own?.client.record.body.name ?? '')) throw permissionDenied();
  if (own === undefined) throw new Refusal('not_found', 'there is no API client of this id');
  return { ...own, by };
}

/**
 * The caller, in one account (seed 2.3): an Account Owner of it, somebody whose role in it permits the verb on `client::/account::name`, or whoever
 * administrates with a token. Nobody has a role in an account that does not exist. Throws the refusals `permission_denied`, `unauthenticated` and `unavailable`.
 */
export async function clientKeeper(ctx: IssuerContext, asking: Asking, organization: OrganizationEntry | undefined, known?: Asker): Promise<ClientKeeper> {
  return keeperIn(ctx, await askerOf(ctx, asking, known), organization, asking.call.signal);
}

export type Asker = { readonly person: Person } | { readonly by: Administrator };

/**
 * Who asks, before anything is looked up for it. `known`: who it was a moment ago, before the log stood still for it; its password is not judged again, whether it still counts is.
 */
export async function askerOf(ctx: IssuerContext, { call, source }: Asking, known?: Asker): Promise<Asker> {
  const person = known !== undefined && 'person' in known ? await stillThere(ctx, known.person, call.signal) : await personOf(ctx, call, source);
  if (person === undefined) {
    const by = await administratorOf(ctx, call);
    mayWrite(by.token, 'global');
    return { by };
  }
  if (person.audience !== undefined || person.user.record.body.disabled) throw permissionDenied();
  return { person };
}

/** The person as it is now. Throws the refusal `unauthenticated` where its password is another one by now, or it is gone. */
async function stillThere(ctx: IssuerContext, person: Person, signal: AbortSignal): Promise<Person> {
  const user = await readById(ctx, 'user', person.user.record.id, signal);
  if (user === undefined || user.record.body.passwordHash !== person.user.record.body.passwordHash) throw new Refusal('unauthenticated', 'the username or the password is not valid');
  return { ...person, user };
}

async function keeperIn(ctx: IssuerContext, asker: Asker, organization: OrganizationEntry | undefined, signal: AbortSignal): Promise<ClientKeeper> {
  const rightTo = (verb: Right['verb'], name: string): Right => ({ verb, resource: clientResource(organization?.record.body.alias ?? '', name) });
  if ('by' in asker) {
    const { by } = asker;
    return {
      subject: by.subject,
      may: (verb, name) => ctx.access.decide(by.principal, rightTo(verb, name)).allowed,
      mustHold: (roles, present = []) => mayHandOnPolicies(ctx, by, [...roles, ...present].flatMap((role) => policiesOfRole(ctx, by, role))),
    };
  }
  const { user } = asker.person;
  const role = organization === undefined ? undefined : roleIn(user.record.body.organizations, organization.record.id);
  if (organization === undefined || role === undefined) throw permissionDenied();
  const subject = `user:${user.record.id}`;
  await ctx.access.whenSettled(signal);
  const principal = memberOf(user, organization, role);
  const mustHold = (roles: readonly string[], present: readonly string[] = []): void => {
    const { policies } = ctx.access.rightsOf(principal);
    const added = ctx.access.rightsOf({ ...principal, roles: roles.filter((one) => !present.includes(one)) });
    if ([...added.policies].some((policy) => !policies.has(policy))) throw permissionDenied();
  };
  if (role === ACCOUNT_OWNER) return { subject, may: () => true, mustHold };
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
