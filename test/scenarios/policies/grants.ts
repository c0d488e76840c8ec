import { type AclApi, named, succeeded, type TokenJson } from '../support/acl.ts';
import { type Ask, json, type Reply } from '../support/http.ts';

export interface PolicyStubJson {
  Name: string;
  Description: string;
  JobACL: { Namespace: string; JobID: string; Group: string; Task: string } | null;
  Hash: string;
  CreateIndex: number;
  ModifyIndex: number;
}

export interface PolicyJson extends PolicyStubJson {
  Rules: string;
  RulesJSON: { Policies: { Realm: string; Rules: { When: unknown; Claims: { Type: string; Values: string[] }[] }[] }[] } | null;
}

export interface VersionJson {
  Version: number;
  Author: string;
  Time: string;
  Description: string;
  Rules: string;
}

export interface RoleJson {
  ID: string;
  Name: string;
  Description: string;
  Policies: { Name: string }[];
  Hash: string;
  CreateIndex: number;
  ModifyIndex: number;
}

export const RULES = 'job::/sandbox {\n  { permit read }\n}\n';

type Query = Ask['query'];

/** Policies and roles of a region as one caller sees them. Replies are handed back as they are; `made` and `grant` insist on success. */
export class Grants {
  readonly api: AclApi;

  constructor(api: AclApi) {
    this.api = api;
  }

  /** The same region for another caller; `undefined` sends no credential. */
  as(secret: string | undefined): Grants {
    return new Grants(this.api.as(secret));
  }

  policies(query?: Query): Promise<Reply> {
    return this.api.send('GET', '/v1/acl/policies', { query });
  }

  self(query?: Query): Promise<Reply> {
    return this.api.send('GET', '/v1/acl/policy/self', { query });
  }

  policy(name: string, query?: Query, ask: Ask = {}): Promise<Reply> {
    return this.api.send('GET', `/v1/acl/policy/${name}`, { ...ask, query });
  }

  put(name: string, body: object = {}, query?: Query): Promise<Reply> {
    return this.api.send('PUT', `/v1/acl/policy/${name}`, { body: { Name: name, Rules: RULES, ...body }, query });
  }

  drop(name: string, query?: Query): Promise<Reply> {
    return this.api.send('DELETE', `/v1/acl/policy/${name}`, { query });
  }

  versions(name: string): Promise<Reply> {
    return this.api.send('GET', `/v1/acl/policy/${name}/versions`);
  }

  version(name: string, version: number | string): Promise<Reply> {
    return this.api.send('GET', `/v1/acl/policy/${name}/versions/${version}`);
  }

  restore(name: string, body: unknown): Promise<Reply> {
    return this.api.send('POST', `/v1/acl/policy/${name}/restore`, { body });
  }

  roles(query?: Query): Promise<Reply> {
    return this.api.send('GET', '/v1/acl/roles', { query });
  }

  role(id: string, query?: Query, ask: Ask = {}): Promise<Reply> {
    return this.api.send('GET', `/v1/acl/role/${id}`, { ...ask, query });
  }

  roleNamed(name: string, query?: Query): Promise<Reply> {
    return this.api.send('GET', `/v1/acl/role/name/${name}`, { query });
  }

  putRole(body: unknown, query?: Query): Promise<Reply> {
    return this.api.send('POST', '/v1/acl/role', { body, query });
  }

  updateRole(id: string, body: object): Promise<Reply> {
    return this.api.send('POST', `/v1/acl/role/${id}`, { body: { ID: id, ...body } });
  }

  dropRole(id: string): Promise<Reply> {
    return this.api.send('DELETE', `/v1/acl/role/${id}`);
  }

  /** Writes a policy of a name that no other test uses, and gives the name. */
  async made(body: object = {}): Promise<string> {
    const name = named('p');
    succeeded(await this.put(name, body), 'policy');
    return name;
  }

  /** Creates a role with these policies and a name that no other test uses. */
  async grouped(...policies: string[]): Promise<RoleJson> {
    return json<RoleJson>(succeeded(await this.putRole({ Name: named('r'), Policies: linksTo(...policies) }), 'role'));
  }

  /** Names of the listed policies. */
  async names(query?: Query): Promise<string[]> {
    return json<PolicyStubJson[]>(succeeded(await this.policies(query), 'policies')).map(({ Name }) => Name);
  }

  /** Ids of the listed roles. */
  async roleIds(query?: Query): Promise<string[]> {
    return json<RoleJson[]>(succeeded(await this.roles(query), 'roles')).map(({ ID }) => ID);
  }

  /** The caller that a client token with these grants is. */
  async holding(input: Partial<TokenJson> | { Roles: { ID?: string; Name?: string }[] }): Promise<Grants> {
    const token = await this.api.mint({ Policies: null, ...input } as Partial<TokenJson>);
    return this.as(token.SecretID);
  }
}

export function linksTo(...policies: string[]): { Name: string }[] {
  return policies.map((Name) => ({ Name }));
}
