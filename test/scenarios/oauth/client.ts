import { expect } from 'vitest';
import type { AclApi } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';

export const CLIENTS = '/controller/api/rbac/v1/api-clients';
export const ACCESS_TOKEN = '/controller/api/oauth/access_token';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

export interface ClientJson {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly description: string;
  readonly defaultExpirationSeconds: number;
  readonly roles: readonly string[];
  readonly enabled: boolean;
  readonly temporaryToken: { readonly expiresAt: string } | null;
  readonly clientSecret?: string;
}

export interface Grant {
  readonly access_token: string;
  readonly expires_in: number;
}

export interface Claims {
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly jti: string;
  readonly [name: string]: unknown;
}

/** An API client of a test's own account, and what it can do. */
export class TestClient {
  readonly fixture: Fixture;
  readonly id: string;
  readonly name: string;
  readonly account: string;
  secret: string;

  constructor(fixture: Fixture, created: ClientJson) {
    this.fixture = fixture;
    this.id = created.id;
    this.name = created.name;
    this.account = created.account;
    this.secret = created.clientSecret ?? '';
    fixture.secrets.add(this.secret);
  }

  get clientId(): string {
    return `${this.name}@${this.account}`;
  }

  get path(): string {
    return `${CLIENTS}/${this.id}`;
  }

  /** Asks the dialect's endpoint. */
  ask(api: AclApi = this.fixture.us, fields: Record<string, string | undefined> = {}): Promise<Reply> {
    return postForm(api, ACCESS_TOKEN, { grant_type: 'client_credentials', client_id: this.clientId, client_secret: this.secret, ...fields });
  }

  async grant(api: AclApi = this.fixture.us): Promise<Grant> {
    const reply = await this.ask(api);
    expect(reply.status, reply.text).toBe(200);
    return remembered(this.fixture, json<Grant>(reply));
  }

  async token(api?: AclApi): Promise<string> {
    return (await this.grant(api)).access_token;
  }

  update(members: object, api: AclApi = this.fixture.us): Promise<Reply> {
    return api.call('PUT', this.path, { token: root(api), body: members });
  }

  async read(api: AclApi = this.fixture.us): Promise<ClientJson> {
    return json<ClientJson>(await api.call('GET', this.path, { token: root(api) }));
  }

  async temporary(body: object = {}, action = '', api: AclApi = this.fixture.us): Promise<Grant> {
    const reply = await api.call('POST', `${this.path}/temporary-token${action}`, { token: root(api), body });
    expect(reply.status, reply.text).toBe(200);
    return remembered(this.fixture, json<Grant>(reply));
  }

  revokeTemporary(api: AclApi = this.fixture.us): Promise<Reply> {
    return api.call('POST', `${this.path}/temporary-token/revoke`, { token: root(api) });
  }

  basic(): Record<string, string> {
    const half = (text: string): string => encodeURIComponent(text);
    const encoded = Buffer.from(`${half(this.clientId)}:${half(this.secret)}`).toString('base64');
    this.fixture.secrets.add(encoded);
    return { authorization: `Basic ${encoded}` };
  }
}

function remembered(fixture: Fixture, grant: Grant): Grant {
  fixture.secrets.add(grant.access_token);
  return grant;
}

/** The secret that an API acts with. */
export function root(api: AclApi): string {
  return api.secret ?? '';
}

export function postForm(api: AclApi, path: string, fields: Record<string, string | undefined>, headers: Record<string, string> = {}): Promise<Reply> {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return api.call('POST', path, { headers: { ...FORM, ...headers }, body: new URLSearchParams(given).toString() });
}

let accounts = 0;

/** An account of its own for a test. */
export async function newAccount(fixture: Fixture): Promise<{ readonly id: string; readonly alias: string }> {
  accounts += 1;
  const alias = `customer-${process.pid}-${accounts}`;
  const reply = await fixture.us.call('POST', '/v1/organizations', { token: root(fixture.us), body: { name: `Customer ${accounts}`, alias } });
  expect(reply.status, reply.text).toBe(201);
  return { id: json<{ id: string }>(reply).id, alias };
}

let clients = 0;

export async function newClient(fixture: Fixture, members: object = {}, account?: string, api: AclApi = fixture.us): Promise<TestClient> {
  clients += 1;
  const alias = account ?? (await newAccount(fixture)).alias;
  const body = { name: `TestApiClient${clients}`, account: alias, roles: ['Account Owner'], ...members };
  const reply = await api.call('POST', CLIENTS, { token: root(api), body });
  expect(reply.status, reply.text).toBe(201);
  return new TestClient(fixture, json<ClientJson>(reply));
}

export function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Claims;
}

export interface VerdictJson {
  readonly verdict: string;
  readonly reason?: string;
  readonly principal?: { readonly roles: readonly string[]; readonly subject: string };
}

/** What a region says of a token. */
export async function verdictOn(api: AclApi, token: string): Promise<VerdictJson> {
  return json<VerdictJson>(await api.call('POST', '/v1/validate', { body: { credential: { dialect: 'oauth', value: token } } }));
}

export async function isAllowed(api: AclApi, token: string): Promise<boolean> {
  return (await verdictOn(api, token)).verdict === 'allow';
}
