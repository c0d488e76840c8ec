import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';
import { makes } from './access-tokens.ts';
import { type Person, person } from './people.ts';
import { login } from './sessions.ts';

/** What of tenant A stands in paths, and the credentials of tenant B. */
interface Tenants {
  readonly ids: Readonly<Record<'organization' | 'user' | 'session' | 'token', string>>;
  readonly names: readonly string[];
  readonly credentials: ReadonlyMap<string, Record<string, string>>;
}

async function tenantsOf(fixture: Fixture): Promise<Tenants> {
  const people = person(fixture);
  const { api } = people;
  const tenant = async (): Promise<{ organization: { id: string; alias: string }; admin: Person; session: string; token: { id: string; token: string } }> => {
    const organization = await people.organization();
    const admin = await people.user({ organizations: [{ organization: organization.id, role: 'Organization Admin' }] });
    const { ApprendaSessionToken: session } = await login(fixture, api, admin, 'account');
    return { organization, admin, session, token: await makes(fixture, api, admin, { dynamicAccess: true, role: 'Organization Admin' }) };
  };
  const [a, b] = [await tenant(), await tenant()];
  const [session = ''] = Buffer.from(decodeURIComponent(a.session), 'base64').toString().split('|');
  const basic = Buffer.from(`${b.admin.username}:${b.admin.password}`).toString('base64');
  return {
    ids: { organization: a.organization.id, user: a.admin.id, session, token: a.token.id },
    names: [a.organization.id, a.organization.alias, a.admin.id, a.admin.username, a.token.id],
    credentials: new Map([
      ['session', { ApprendaSessionToken: b.session }],
      ['password', { authorization: `Basic ${basic}` }],
      ['personal token', { authorization: `Token ${b.token.token}` }],
      ['no credential', {}],
    ]),
  };
}

/** Every route about organizations and people whose path names something; `{…}` is an id of tenant A. */
const ROUTES: readonly (readonly [method: string, path: string, body: object | undefined])[] = [
  ['GET', '/v1/organizations/{organization}', undefined],
  ['PUT', '/v1/organizations/{organization}', { name: 'x', alias: 'x' }],
  ['DELETE', '/v1/organizations/{organization}', undefined],
  ['GET', '/v1/users/{user}', undefined],
  ['PUT', '/v1/users/{user}', { username: 'x' }],
  ['DELETE', '/v1/users/{user}', undefined],
  ['GET', '/v1/users/{user}/sessions', undefined],
  ['DELETE', '/v1/users/{user}/sessions', undefined],
  ['DELETE', '/v1/users/{user}/sessions/{session}', undefined],
  ['GET', '/api/v3/accessToken/{token}', undefined],
  ['POST', '/api/v3/accessToken/{token}/revoke', undefined],
];
const LISTS = ['/v1/organizations', '/v1/users', '/api/v3/accessToken', '/v1/users/self/sessions'];
const KINDS = ['session', 'password', 'personal token', 'no credential'];

export function tenantSuite(fixture: () => Fixture): void {
  let tenants: Tenants | undefined;
  beforeAll(async () => {
    tenants = await tenantsOf(fixture());
  });
  const asB = (kind: string, method: string, path: string, body?: object): Promise<Reply> =>
    fixture().eu.as(undefined).call(method, path, { headers: tenants?.credentials.get(kind) ?? {}, ...(body === undefined ? {} : { body }) });

  describe.each(KINDS)('P9 what is of one organization, for whoever has a %s of another', (kind) => {
    test.each(ROUTES)('%s %s: it cannot be told from what does not exist', async (method, path, body) => {
      const filled = (id: (name: string) => string): string => path.replace(/\{(\w+)\}/g, (_, name: string) => id(name));
      const real = await asB(kind, method, filled((name) => tenants?.ids[name as keyof Tenants['ids']] ?? ''), body);
      const unreal = await asB(kind, method, filled(() => randomUUID()), body);
      expect([401, 403, 404]).toContain(real.status);
      expect([real.status, shape(real)]).toEqual([unreal.status, shape(unreal)]);
    });

    test.each(LISTS)('GET %s: no list shows it', async (path) => {
      const { text } = await asB(kind, 'GET', path);
      for (const name of tenants?.names ?? []) expect(text).not.toContain(name);
    });
  });

  test('P9 what is of the other organization is as it was', async () => {
    const { us } = fixture();
    expect((await us.send('GET', `/v1/organizations/${tenants?.ids.organization}`)).status).toBe(200);
    expect(json(await us.send('GET', `/v1/users/${tenants?.ids.user}/sessions`))).toHaveLength(1);
    expect(tenants).toBeDefined();
  });
}

/** An answer without what names the request. */
function shape({ text }: Reply): string {
  return text.replace(/"request_id":"[^"]*"/g, '').replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID');
}
