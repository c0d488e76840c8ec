import { randomBytes } from 'node:crypto';
import { type AclApi, named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';

export interface OrganizationJson {
  readonly id: string;
  readonly alias: string;
}

export interface UserInput {
  readonly username?: string;
  readonly password?: string | null;
  readonly organizations?: readonly { readonly organization: string; readonly role: string }[];
  readonly platformOperator?: boolean;
  readonly disabled?: boolean;
}

export interface Person {
  readonly id: string;
  readonly username: string;
  readonly password: string;
}

/** What administrators do for people, through one region. */
export interface People {
  readonly api: AclApi;
  organization(parent?: string): Promise<OrganizationJson>;
  user(input?: UserInput): Promise<Person>;
  /** Replaces what the input names; the rest of the record is as the input leaves it out. */
  change(who: Person, input: UserInput): Promise<void>;
  remove(who: Person): Promise<void>;
  /** The name of a new ACL role. */
  customRole(): Promise<string>;
}

/** `where` names the region that is asked. */
export function person(fixture: Fixture, where: 'us' | 'eu' | 'ap' = 'us'): People {
  const api = fixture[where];
  return {
    api,
    async organization(parent) {
      return json(succeeds(await api.send('POST', '/v1/organizations', { body: { name: 'Acme', alias: named('o'), ...(parent === undefined ? {} : { parent }) } }), 201));
    },
    async user(input = {}) {
      const password = input.password === undefined ? password43() : (input.password ?? '');
      if (password !== '') fixture.secrets.add(password);
      const username = input.username ?? `${named('u')}@example.com`;
      const body = { username, ...(password === '' ? {} : { password }), ...withoutPassword(input) };
      const { id } = json<{ id: string }>(succeeds(await api.send('POST', '/v1/users', { body }), 201));
      return { id, username, password };
    },
    async change({ id, username }, input) {
      if (typeof input.password === 'string') fixture.secrets.add(input.password);
      succeeds(await api.send('PUT', `/v1/users/${id}`, { body: { username, ...input } }), 200);
    },
    async remove({ id }) {
      succeeds(await api.send('DELETE', `/v1/users/${id}`), 204);
    },
    async customRole() {
      const name = named('r');
      succeeds(await api.send('POST', `/v1/acl/policy/${name}`, { body: { Name: name, Rules: 'on job::/ { { permit read } }' } }), 200);
      succeeds(await api.send('POST', '/v1/acl/role', { body: { Name: name, Policies: [{ Name: name }] } }), 200);
      return name;
    },
  };
}

/** A password that no list has. */
export function password43(): string {
  return randomBytes(32).toString('base64url');
}

/** The reply, or an error that shows what came instead. */
export function succeeds(reply: Reply, status: number): Reply {
  if (reply.status !== status) throw new Error(`expected ${status}, got ${reply.status} ${reply.text.slice(0, 300)}`);
  return reply;
}

function withoutPassword({ password: _, ...rest }: UserInput): Omit<UserInput, 'password'> {
  return rest;
}
