import { UsageError } from './failure.ts';
import type { Api } from './http.ts';
import { segment } from './path.ts';

/** Objects of `/controller/api/rbac/v1/api-clients` and `/oauth2/token`, as far as the command line shows them. */

export const CLIENTS = '/controller/api/rbac/v1/api-clients';

export interface ClientJson {
  readonly id: string;
  readonly name: string;
  /** Alias of the organization. */
  readonly account: string;
  readonly description: string;
  readonly defaultExpirationSeconds: number;
  readonly roles: readonly string[];
  readonly enabled: boolean;
  readonly dpop: boolean;
  readonly jwks: { readonly keys: readonly unknown[] } | null;
  readonly notBefore: string | null;
  readonly secrets: readonly { readonly createTime: string }[];
  readonly temporaryToken: { readonly expiresAt: string } | null;
  readonly createTime: string;
  readonly createIndex: number;
  readonly modifyIndex: number;
  /** In the answer that makes it only. */
  readonly clientSecret?: string;
}

export interface GrantJson {
  readonly access_token: string;
  readonly token_type?: string;
  /** Seconds. */
  readonly expires_in: number;
  readonly scope?: string;
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The API client of this id, of `name@account`, or of a name that only one account has. */
export async function clientOf(api: Api, which: string): Promise<ClientJson> {
  const doing = 'Error reading API client';
  if (ID.test(which)) return api.read<ClientJson>(doing, `${CLIENTS}/${segment(which)}`);
  const all = await api.read<readonly ClientJson[]>(doing, CLIENTS);
  const exact = all.find(({ name, account }) => `${name}@${account}` === which);
  if (exact !== undefined) return exact;
  const [found, other] = all.filter(({ name }) => name === which);
  if (found === undefined) throw new UsageError(`there is no API client ${which}`);
  if (other !== undefined) throw new UsageError(`several accounts have an API client ${which}: give name@account, or the ID`);
  return found;
}

/** Where the client of this id, name or `name@account` is. */
export async function clientPath(api: Api, which: string): Promise<string> {
  return `${CLIENTS}/${segment((await clientOf(api, which)).id)}`;
}
