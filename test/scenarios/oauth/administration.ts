import { describe, expect, test } from 'vitest';
import { person } from '../people/people.ts';
import { type AclApi, named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';
import { until } from '../support/until.ts';
import { roleFor, roleThatReads } from './roles.ts';
import { CLIENTS, claimsOf, type ClientJson, isAllowed, newAccount, newClient, root, type TestClient, verdictOn } from './client.ts';

/** API clients as administrators keep them: seed AD-04 to AD-10, AD-12, AD-13, AD-16 to AD-18, AD-42. */
export function administrationSuite(fixture: () => Fixture): void {
  describe('API clients', () => {
    test('AD-04 an Account Owner, and whoever has a role that permits it, sees the clients of the account; a viewer does not', async () => {
      const f = fixture();
      const { owner, keeper, viewer, account } = await staff(f);
      await newClient(f, {}, account);
      expect((await owner.get(CLIENTS)).status).toBe(200);
      expect((await keeper.get(CLIENTS)).status).toBe(200);
      expect((await viewer.get(CLIENTS)).status).toBe(403);
      expect((await viewer.get(CLIENTS, 'wrong')).status).toBe(401);
    });

    test('AD-05 whoever may see clients by such a right may create them, and nobody else', async () => {
      const { owner, keeper, viewer } = await staff(fixture());
      expect((await owner.create({ name: 'by-owner' })).status).toBe(201);
      expect((await keeper.create({ name: 'by-keeper' })).status).toBe(201);
      expect((await viewer.create({ name: 'by-viewer' })).status).toBe(403);
    });

    test('whoever keeps clients in person gives them no ACL role whose policies its own does not hold; a role that somebody else gave stays', async () => {
      const f = fixture();
      const { owner, keeper, account } = await staff(f);
      const [weak, strong] = [await roleFor(f, `client::/${account} { { permit all } }`), await roleFor(f, 'job::/prod { { permit delete } }')];
      for (const who of [owner, keeper]) expect((await who.create({ name: named('c'), roles: [strong] })).status).toBe(403);
      expect((await owner.create({ name: named('c'), roles: ['Account Owner'] })).status).toBe(201);
      expect((await keeper.create({ name: named('c'), roles: [weak] })).status).toBe(403);
      const client = await newClient(f, { roles: [strong] }, account);
      expect((await owner.send('PUT', client.path, { name: client.name, roles: [strong], description: 'kept' })).status).toBe(200);
      expect((await owner.send('PUT', client.path, { name: client.name, roles: [strong, weak] })).status).toBe(403);
    });

    test('P9 an Account Owner of one account neither sees nor changes what is of another', async () => {
      const f = fixture();
      const { owner } = await staff(f);
      const foreign = await newClient(f);
      expect((await owner.get(foreign.path)).status).toBe(404);
      expect((await owner.send('DELETE', foreign.path)).status).toBe(404);
      expect((await owner.create({ name: 'x', account: foreign.account })).status).toBe(403);
      expect((await owner.get(`${CLIENTS}?account=${foreign.account}`)).status).toBe(403);
    });

    test('AD-06 the list contains a client that was created, without its secret', async () => {
      const client = await newClient(fixture());
      const reply = await fixture().us.call('GET', CLIENTS, { token: root(fixture().us) });
      expect(json<ClientJson[]>(reply).map(({ id }) => id)).toContain(client.id);
      expect(reply.text).not.toContain(client.secret);
      expect(reply.text).not.toContain('digest');
    });

    test('AD-07 a client has a name and a description; two of one account do not share a name', async () => {
      const client = await newClient(fixture(), { description: 'reads dashboards' });
      expect(await client.read()).toMatchObject({ name: client.name, description: 'reads dashboards' });
      const twin = { name: client.name, account: client.account };
      expect((await fixture().us.call('POST', CLIENTS, { token: root(fixture().us), body: twin })).status).toBe(409);
      const twins = [fixture().us, fixture().eu, fixture().ap].map((api) => api.call('POST', CLIENTS, { token: root(api), body: { ...twin, name: 'twin' } }));
      expect((await Promise.all(twins)).map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    });

    test('AD-08 a generated secret is a UUID; a rotation leaves two alive and ends the third', async () => {
      const client = await newClient(fixture());
      expect(client.secret).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      const first = client.secret;
      const second = await rotated(client);
      expect((await client.ask()).status).toBe(200);
      expect((await client.ask(undefined, { client_secret: first })).status).toBe(200);
      await rotated(client);
      expect((await client.ask(undefined, { client_secret: second })).status).toBe(200);
      expect((await client.ask(undefined, { client_secret: first })).status).toBe(401);
      await rotated(client, { revokeOthers: true });
      expect((await client.ask(undefined, { client_secret: second })).status).toBe(401);
      expect((await client.ask()).status).toBe(200);
    });

    test('AD-09 the secret is a password and no token', async () => {
      const client = await newClient(fixture());
      expect((await verdictOn(fixture().us, client.secret)).verdict).toBe('deny');
    });

    test('AD-10 the expiration of tokens from the API is settable', async () => {
      const client = await newClient(fixture());
      expect((await client.update({ defaultExpirationSeconds: 60 })).status).toBe(200);
      const { access_token: token, expires_in: expiresIn } = await client.grant();
      const { exp, iat } = claimsOf(token);
      expect([expiresIn, exp - iat]).toEqual([60, 60]);
    });

    test.each([[0], [-1], [1.5], ['60'], [null], [2_592_001]])('AD-12 an expiration of %j is refused with its form: every token expires', async (defaultExpirationSeconds) => {
      const client = await newClient(fixture());
      const reply = await client.update({ defaultExpirationSeconds });
      expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('defaultExpirationSeconds')]);
      expect((await client.grant()).expires_in).toBe(300);
    });

    test('AD-16 roles can be added and removed at any time', async () => {
      const client = await newClient(fixture());
      expect((await client.update({ roles: [] })).status).toBe(200);
      expect((await client.update({ roles: ['Account Owner', 'DB Monitoring User'] })).status).toBe(200);
      expect((await client.read()).roles).toEqual(['Account Owner', 'DB Monitoring User']);
      const unknown = await client.update({ roles: ['No Such Role'] });
      expect([unknown.status, unknown.text]).toEqual([400, expect.stringContaining('No Such Role')]);
    });

    test('AD-17 one unchanged token acts with the roles that its client has at the moment, and they decide', async () => {
      const f = fixture();
      const client = await newClient(f, { roles: [] });
      const role = await roleThatReads(f, client.account);
      const token = await client.token();
      const mayRead = async (): Promise<string> => {
        const body = { credential: { dialect: 'oauth', value: token }, verb: 'read', resource: `application::/${client.account}::shop` };
        return json<{ verdict: string }>(await f.us.call('POST', '/v1/authorize', { body })).verdict;
      };
      expect([(await verdictOn(f.us, token)).principal?.roles, await mayRead()]).toEqual([[], 'deny']);
      await client.update({ roles: [role] });
      expect([(await verdictOn(f.us, token)).principal?.roles, await mayRead()]).toEqual([[role], 'allow']);
      await client.update({ roles: [] });
      expect(await mayRead()).toBe('deny');
    });

    test.each(['us', 'eu'] as const)('AD-18 what was saved through %s is read again as it was given', async (where) => {
      const api = fixture()[where];
      const members = { description: 'd', defaultExpirationSeconds: 420, roles: ['Account Owner'] };
      const client = await newClient(fixture(), members, undefined, api);
      expect(await client.read(api)).toMatchObject({ ...members, name: client.name, account: client.account, enabled: true });
      const changed = { name: `${client.name}-renamed`, description: 'e', defaultExpirationSeconds: 3_600, roles: ['DB Monitoring User'], enabled: false };
      expect((await client.update(changed, api)).status).toBe(200);
      expect(await client.read(api)).toMatchObject({ ...changed, account: client.account });
      for (const other of fixture().all) await until(`${other.region.name} shows it`, async () => (await client.read(other)).name === changed.name, { within: 1_000 });
    });

    test('AD-42 no token, of before or of now, is ever shown again', async () => {
      const client = await newClient(fixture());
      const { access_token: token } = await client.temporary();
      const reply = await fixture().us.call('GET', client.path, { token: root(fixture().us) });
      expect(json<ClientJson>(reply).temporaryToken).toEqual({ expiresAt: expect.any(String) });
      expect(reply.text).not.toContain(token.split('.')[2]);
      const { access_token: next } = await client.temporary({}, '/regenerate');
      for (const path of [client.path, CLIENTS]) {
        const { text } = await fixture().us.call('GET', path, { token: root(fixture().us) });
        for (const hidden of [token, next]) expect(text).not.toContain(hidden.split('.')[2]);
      }
      expect((await fixture().us.call('GET', `${client.path}/temporary-token`, { token: root(fixture().us) })).status).toBe(404);
    });

    test('P2 disabling a client refuses its tokens, and enabling it again revives none of them', async () => {
      const client = await newClient(fixture());
      const token = await client.token();
      await client.update({ enabled: false });
      expect(await isAllowed(fixture().us, token)).toBe(false);
      expect((await client.ask()).status).toBe(401);
      await client.update({ enabled: true });
      expect(await isAllowed(fixture().us, token)).toBe(false);
      expect(await isAllowed(fixture().us, await client.token())).toBe(true);
    });

    test('a raised not-before refuses what was issued before, and never goes back', async () => {
      const client = await newClient(fixture());
      const token = await client.token();
      const reply = await client.update({ notBefore: new Date().toISOString() });
      expect(reply.status, reply.text).toBe(200);
      expect(await isAllowed(fixture().us, token)).toBe(false);
      expect(await isAllowed(fixture().us, await client.token())).toBe(true);
      await client.update({ notBefore: '2020-01-01T00:00:00Z' });
      expect(await isAllowed(fixture().us, token)).toBe(false);
    });

    test.each([
      ['no account', { name: 'x' }, 'account'],
      ['an unknown account', { name: 'x', account: 'nobody' }, 'account'],
      ['no name', { account: 'a' }, 'name'],
      ['a member that does not exist', { name: 'x', account: 'a', secret: 'y' }, 'secret'],
      ['keys that are none', { name: 'x', account: 'a', jwks: {} }, 'jwks'],
    ])('%s is refused with the field and its form', async (_, body, field) => {
      const known = await newAccount(fixture());
      const reply = await fixture().eu.call('POST', CLIENTS, { token: root(fixture().eu), body: 'account' in body && body.account === 'a' ? { ...body, account: known.alias } : body });
      expect([reply.status, reply.text]).toEqual([400, expect.stringContaining(field)]);
    });
  });
}

/** A caller by `Basic user@account`. */
function caller(api: AclApi, account: string, who: { readonly username: string; readonly password: string }) {
  const headers = (password = who.password) => ({ authorization: `Basic ${Buffer.from(`${who.username}@${account}:${password}`).toString('base64')}` });
  return {
    get: (path: string, password?: string): Promise<Reply> => api.call('GET', path, { headers: headers(password) }),
    send: (method: string, path: string, body?: object): Promise<Reply> => api.call(method, path, { headers: headers(), ...(body && { body }) }),
    async create(body: object): Promise<Reply> {
      return api.call('POST', CLIENTS, { headers: headers(), body });
    },
  };
}

async function staff(f: Fixture) {
  const people = person(f);
  const { id, alias } = await newAccount(f);
  const keeperRole = await roleFor(f, `client::/${alias} { { permit all } }`);
  const [owner, keeper, viewer] = await Promise.all(
    ['Account Owner', keeperRole, 'View Only'].map((role) => people.user({ username: named('u'), organizations: [{ organization: id, role }] })),
  );
  if (owner === undefined || keeper === undefined || viewer === undefined) throw new Error('three users are needed');
  const as = (who: { readonly username: string; readonly password: string }) => caller(f.us, alias, who);
  return { account: alias, owner: as(owner), keeper: as(keeper), viewer: as(viewer) };
}

/** A new secret for the client, which it uses from now on. */
async function rotated(client: TestClient, body: object = {}): Promise<string> {
  const { us, secrets } = client.fixture;
  const reply = await us.call('POST', `${client.path}/secret`, { token: root(us), body });
  expect(reply.status, reply.text).toBe(200);
  client.secret = json<ClientJson>(reply).clientSecret ?? '';
  secrets.add(client.secret);
  return client.secret;
}
