import { startProtectedApi } from '@mintmark/protected-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
import { httpClient, json, type Reply } from '../support/http.ts';
import { until } from '../support/until.ts';
import { type AccessTokenJson, asks, makes } from './access-tokens.ts';
import { type OrganizationJson, type Person, person, succeeds } from './people.ts';
import { login, SESSIONS } from './sessions.ts';

type Headers = Readonly<Record<string, string>>;

/** What the manuals say of protected resources, shown at the example API: one guarded by the authority, one by another region. */
export function exampleSuite(fixture: () => Fixture): void {
  const stack = new AsyncDisposableStack();
  const apis: { readonly name: string; readonly call: ReturnType<typeof httpClient>['call'] }[] = [];
  beforeAll(async () => {
    for (const { region } of [fixture().us, fixture().eu]) {
      const api = stack.use(await startProtectedApi({ host: '127.0.0.1', port: 0, region }));
      await api.validator.ready();
      const { call, close } = httpClient(api.url);
      stack.defer(close);
      apis.push({ name: region.name, call });
    }
  }, 60_000);
  afterAll(() => stack.disposeAsync());

  /** The statuses of one request at every API. */
  const statuses = (method: string, path: string, headers: Headers, body?: unknown): Promise<number[]> =>
    Promise.all(apis.map(async ({ call }) => (await call(method, path, { headers, ...(body === undefined ? {} : { body }) })).status));
  const at = (name: string, method: string, path: string, headers: Headers, body?: unknown): Promise<Reply> => {
    const api = apis.find((one) => one.name === name);
    if (api === undefined) throw new Error(`no API at ${name}`);
    return api.call(method, path, { headers, ...(body === undefined ? {} : { body }) });
  };
  const becomes = (what: string, wanted: number, method: string, path: string, headers: Headers): Promise<unknown> =>
    until(what, async () => (await statuses(method, path, headers)).every((status) => status === wanted));
  const by = ({ token }: Pick<AccessTokenJson, 'token'>): Headers => ({ authorization: `Token ${token}`, accept: 'application/json' });
  const basic = ({ username, password }: Person): Headers => ({ authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` });
  const pathOf = ({ id }: OrganizationJson): string => `/api/v3/path?orgId=${id}`;

  async function somebody(role: string, ...organizations: readonly OrganizationJson[]): Promise<Person> {
    return person(fixture()).user({ organizations: organizations.map(({ id }) => ({ organization: id, role })) });
  }

  describe("AppNeta's API with personal tokens", () => {
    test('AN-01 AN-02 AN-30 AN-31 a token alone gives access, in the header and scheme of the manual and no other, in every region', async () => {
      const O1 = await person(fixture()).organization();
      const made = await makes(fixture(), fixture().us, await somebody('Standard', O1), { organizations: [O1.id], role: 'Standard' });
      for (const { name } of apis) {
        const reply = await at(name, 'GET', '/api/v3/path', by(made));
        expect([reply.status, reply.headers['content-type'], json(reply)]).toEqual([200, expect.stringContaining('application/json'), [expect.objectContaining({ orgId: O1.id })]]);
      }
      const { token } = made;
      for (const scheme of ['token', 'TOKEN']) expect(await statuses('GET', '/api/v3/path', { authorization: `${scheme} ${token}` })).toEqual([200, 200]);
      for (const scheme of ['Bearer', 'Basic', '']) expect(await statuses('GET', '/api/v3/path', { authorization: `${scheme} ${token}`.trim() })).toEqual([401, 401]);
      for (const path of [`/api/v3/path?token=${token}`, `/api/v3/path?authorization=Token%20${token}`]) expect(await statuses('GET', path, {})).toEqual([401, 401]);
      for (const header of ['x-nomad-token', 'apprendasessiontoken']) expect(await statuses('GET', '/api/v3/path', { [header]: token })).toEqual([401, 401]);
    });

    test('AN-07 AN-25 AN-32 a token that is revoked in one region gives access in none', async () => {
      const O1 = await person(fixture()).organization();
      const who = await somebody('Standard', O1);
      const token = await makes(fixture(), fixture().us, who, { organizations: [O1.id], role: 'Standard' });
      expect(await statuses('GET', pathOf(O1), by(token))).toEqual([200, 200]);
      succeeds(await asks(fixture().eu, who, 'POST', `/${token.id}/revoke`), 200);
      await becomes('it is refused everywhere', 401, 'GET', pathOf(O1), by(token));
    });

    test('AN-09 AN-11 AN-32 demoting its creator lowers a token, and deleting the creator ends it, in every region', async () => {
      const people = person(fixture());
      const O1 = await people.organization();
      const who = await somebody('Advanced', O1);
      const token = await makes(fixture(), fixture().us, who, { organizations: [O1.id], role: 'Advanced' });
      expect(await statuses('POST', pathOf(O1), by(token))).toEqual([201, 201]);
      await people.change(who, { organizations: [{ organization: O1.id, role: 'View Only' }] });
      await becomes('it may not write any more', 403, 'POST', pathOf(O1), by(token));
      expect(await statuses('GET', pathOf(O1), by(token))).toEqual([200, 200]);
      await people.remove(who);
      await becomes('it is refused everywhere', 401, 'GET', pathOf(O1), by(token));
    });

    test('AN-12 AN-13 observers are for passwords: no token creates, views or deletes one, with whatever role', async () => {
      const O1 = await person(fixture()).organization();
      const who = await somebody('Organization Admin', O1);
      const token = await makes(fixture(), fixture().us, who, { organizations: [O1.id], role: 'Organization Admin' });
      const body = { url: 'https://observer.example.com' };
      for (const method of ['GET', 'POST', 'DELETE']) expect([method, await statuses(method, '/api/v3/observer', by(token), method === 'POST' ? body : undefined)]).toEqual([method, [403, 403]]);
      for (const [method, status] of [['POST', 201], ['GET', 200], ['DELETE', 204]] as const) {
        expect([method, await statuses(method, '/api/v3/observer', basic(who), method === 'POST' ? body : undefined)]).toEqual([method, [status, status]]);
      }
      expect(await statuses('GET', '/api/v3/observer', basic({ ...who, password: 'wrong' }))).toEqual([401, 401]);
    });

    test('AN-15 AN-16 a token gives access until it expires, and not after', async () => {
      const O1 = await person(fixture()).organization();
      const who = await somebody('Standard', O1);
      const expiry = Date.now() + 5_000;
      const token = await makes(fixture(), fixture().us, who, { organizations: [O1.id], role: 'Standard', expiry: new Date(expiry).toISOString() });
      const before = await statuses('GET', pathOf(O1), by(token));
      if (Date.now() < expiry) expect(before).toEqual([200, 200]);
      await becomes('it is refused everywhere', 401, 'GET', pathOf(O1), by(token));
    });

    test('AN-17 AN-18 AN-19 dynamic access follows its creator from organization to organization; chosen ones stay those chosen', async () => {
      const people = person(fixture());
      const [O1, O2, O3] = [await people.organization(), await people.organization(), await people.organization()];
      const who = await somebody('Standard', O1, O2);
      const dynamic = await makes(fixture(), fixture().us, who, { dynamicAccess: true, role: 'Standard' });
      const chosen = await makes(fixture(), fixture().us, who, { organizations: [O1.id], role: 'Standard' });
      const reached = async (token: AccessTokenJson): Promise<number[][]> => Promise.all([O1, O2, O3].map((one) => statuses('GET', pathOf(one), by(token))));
      expect(await reached(dynamic)).toEqual([[200, 200], [200, 200], [403, 403]]);
      expect(await reached(chosen)).toEqual([[200, 200], [403, 403], [403, 403]]);
      await people.change(who, { organizations: [O1, O3].map(({ id }) => ({ organization: id, role: 'Standard' })) });
      await becomes('the dynamic one reaches what was granted', 200, 'GET', pathOf(O3), by(dynamic));
      expect(await reached(dynamic)).toEqual([[200, 200], [403, 403], [200, 200]]);
      expect(await reached(chosen)).toEqual([[200, 200], [403, 403], [403, 403]]);
    });

    test('AN-04 AN-20 a View Only token of an Advanced user reads and does not write', async () => {
      const O1 = await person(fixture()).organization();
      const who = await somebody('Advanced', O1);
      const [view, advanced] = [await makes(fixture(), fixture().us, who, { organizations: [O1.id], role: 'View Only' }), await makes(fixture(), fixture().us, who, { organizations: [O1.id], role: 'Advanced' })];
      for (const [method, token, status] of [['GET', view, 200], ['POST', view, 403], ['GET', advanced, 200], ['POST', advanced, 201]] as const) {
        expect(await statuses(method, pathOf(O1), by(token))).toEqual([status, status]);
      }
    });
  });

  describe("Apprenda's API with login sessions", () => {
    const HOSTS = '/soc/api/v1/hosts';
    const operator = (): Promise<Person> => person(fixture()).user({ platformOperator: true });
    const header = (token: string, name = 'ApprendaSessionToken'): Headers => ({ [name]: token });

    test('AR-01 AR-03 AR-12 AR-13 AR-15 AR-16 each call needs the token, as it was shown or raw, whatever the case of the header', async () => {
      const { ApprendaSessionToken: token } = await login(fixture(), fixture().us, await operator());
      expect(await statuses('GET', HOSTS, {})).toEqual([401, 401]);
      for (const form of [token, decodeURIComponent(token), token.replaceAll('%3D', '%3d')]) expect(await statuses('GET', HOSTS, header(form))).toEqual([200, 200]);
      for (const name of ['apprendasessiontoken', 'APPRENDASESSIONTOKEN']) expect(await statuses('GET', HOSTS, header(token, name))).toEqual([200, 200]);
      expect(await statuses('GET', HOSTS, {})).toEqual([401, 401]);
    });

    test('AR-14 in POST and PUT the token may be a member of the body, which is not stored; in GET it may not', async () => {
      const { ApprendaSessionToken: token } = await login(fixture(), fixture().us, await operator());
      const body = { name: 'node-3', apprendaSESSIONtoken: token };
      for (const { name } of apis) {
        for (const [method, status] of [['POST', 201], ['PUT', 200]] as const) {
          const reply = await at(name, method, HOSTS, {}, body);
          expect([reply.status, json(reply)]).toEqual([status, { name: 'node-3' }]);
          expect((await at(name, method, HOSTS, header(token), { ...body, apprendaSESSIONtoken: 'another' })).status).toBe(401);
        }
      }
      expect(await statuses('GET', `${HOSTS}?ApprendaSessionToken=${token}`, {})).toEqual([401, 401]);
    });

    test('AR-20 AR-24 AR-25 a session of one region counts in the other until it is ended there, and only for the API that it is for', async () => {
      const who = await operator();
      const [first, second] = [await login(fixture(), fixture().us, who), await login(fixture(), fixture().us, who)];
      const account = await login(fixture(), fixture().us, who, 'account');
      for (const { ApprendaSessionToken: token } of [first, second]) expect(await statuses('GET', HOSTS, header(token))).toEqual([200, 200]);
      for (const status of await statuses('GET', HOSTS, header(account.ApprendaSessionToken))) expect([401, 403]).toContain(status);
      expect((await fixture().eu.call('DELETE', `${SESSIONS}/soc/${first.ApprendaSessionToken}`)).status).toBe(204);
      await becomes('it is over everywhere', 401, 'GET', HOSTS, header(first.ApprendaSessionToken));
      expect(await statuses('GET', HOSTS, header(second.ApprendaSessionToken))).toEqual([200, 200]);
    });
  });
}
