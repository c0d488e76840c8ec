import type { Api } from './http.ts';
import { UsageError } from './failure.ts';
import { segment } from './path.ts';

/** Objects of `/v1/users`, `/v1/organizations` and `/api/v3/accessToken`, as far as the command line shows them. */

export interface MembershipJson {
  /** Id. */
  readonly organization: string;
  readonly role: string;
}

export interface UserJson {
  readonly id: string;
  readonly username: string;
  readonly hasPassword: boolean;
  readonly organizations: readonly MembershipJson[];
  readonly platformOperator: boolean;
  readonly disabled: boolean;
  readonly createTime: string;
  readonly createIndex: number;
  readonly modifyIndex: number;
}

export interface OrganizationJson {
  readonly id: string;
  readonly name: string;
  readonly alias: string;
  /** Id. */
  readonly parent: string | null;
  /** Access tokens of its API clients that were issued before are refused. */
  readonly notBefore: string | null;
  readonly createTime: string;
  readonly createIndex: number;
  readonly modifyIndex: number;
}

export interface UserSessionJson {
  readonly id: string;
  readonly audience: string;
  readonly organization: string | null;
  readonly createTime: string;
  readonly expirationTime: string;
}

export interface AccessTokenJson {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly expiry: string;
  readonly dynamicAccess: boolean;
  readonly organizations: readonly string[];
  readonly role: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly revokedReason: string | null;
  readonly lastUsed: { readonly at: string; readonly region: string } | null;
  /** In the answer that creates it only. */
  readonly token?: string;
}

export interface SessionJson {
  readonly ApprendaSessionToken: string;
  readonly href: string;
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The user of this id or username. */
export async function userOf(api: Api, idOrName: string): Promise<UserJson> {
  if (ID.test(idOrName)) return api.read<UserJson>('Error reading user', `/v1/users/${segment(idOrName)}`);
  const name = idOrName.normalize('NFC').toLowerCase();
  const users = await api.read<readonly UserJson[]>('Error reading user', '/v1/users');
  return found(users.find(({ username }) => username.toLowerCase() === name), `there is no user ${idOrName}`);
}

/** The organization of this id or alias. */
export async function organizationOf(api: Api, idOrAlias: string): Promise<OrganizationJson> {
  if (ID.test(idOrAlias)) return api.read<OrganizationJson>('Error reading organization', `/v1/organizations/${segment(idOrAlias)}`);
  const all = await api.read<readonly OrganizationJson[]>('Error reading organization', '/v1/organizations');
  return found(all.find(({ alias }) => alias.toLowerCase() === idOrAlias.toLowerCase()), `there is no organization ${idOrAlias}`);
}

function found<T>(value: T | undefined, problem: string): T {
  if (value === undefined) throw new UsageError(problem);
  return value;
}
