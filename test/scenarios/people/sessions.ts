import { describe, expect, test } from 'vitest';
import type { AclApi } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { type Ask, json, type Reply } from '../support/http.ts';
import { until } from '../support/until.ts';
import { type People, type Person, person, password43, succeeds } from './people.ts';

export const SESSIONS = '/authentication/api/v1/sessions';
const SETTINGS = '/soc/api/v1/registry/settings';
const TIMEOUT = `${SETTINGS}/Authentication.SessionTimeoutInSeconds`;

interface SessionJson {
  readonly ApprendaSessionToken: string;
  readonly href: string;
}

interface VerdictJson {
  readonly verdict: string;
  readonly reason?: string;
  readonly principal?: { readonly subject: string; readonly audience: string; readonly roles: string[]; readonly organizations: string[] };
}

/** Begins a session and insists on success. */
export async function login(fixture: Fixture, api: AclApi, who: Person, audience = 'soc', more: object = {}): Promise<SessionJson> {
  const reply = await api.call('POST', `${SESSIONS}/${audience}`, { body: { username: who.username, password: who.password, ...more } });
  const session = json<SessionJson>(succeeds(reply, 201));
  fixture.secrets.add(decodeURIComponent(session.ApprendaSessionToken));
  return session;
}

/** What a region's validator says of a credential. */
export async function verdictOf(api: AclApi, dialect: string, value: string, more: object = {}): Promise<VerdictJson> {
  return json<VerdictJson>(await api.call('POST', '/v1/validate', { body: { credential: { dialect, value, ...more } } }));
}

export function sessionSuite(fixture: () => Fixture): void {
  const setting = (api: AclApi, token: string | undefined, ask: Ask = {}, method = 'GET'): Promise<Reply> =>
    api.call(method, TIMEOUT, { ...ask, headers: { ...(token === undefined ? {} : { ApprendaSessionToken: token }), ...ask.headers } });
  const operator = (people: People): Promise<Person> => people.user({ platformOperator: true });

  describe('login sessions of the Apprenda manual', () => {
    test('AR-01 AR-13 a session is needed at each call of the Platform Operations API: nothing else is remembered', async () => {
      const { us } = fixture();
      const { ApprendaSessionToken: token } = await login(fixture(), us, await operator(person(fixture())));
      expect((await setting(us, undefined)).status).toBe(401);
      expect((await setting(us, token)).status).toBe(200);
      expect((await setting(us, undefined)).status).toBe(401);
    });

    test('AR-02 AR-03 AR-06 AR-11 AR-12 AR-16 a login answers 201 with the token as the manual shows it and its URL, and the token works again and again', async () => {
      const { us } = fixture();
      const who = await operator(person(fixture()));
      const reply = await us.call('POST', `${SESSIONS}/soc`, { body: { username: who.username, password: who.password } });
      expect(reply.status).toBe(201);
      expect(reply.headers['set-cookie']).toBeUndefined();
      expect(reply.headers['cache-control']).toBe('no-store');
      const session = json<SessionJson>(reply);
      expect(Object.keys(session)).toEqual(['ApprendaSessionToken', 'href']);
      const { ApprendaSessionToken: token, href } = session;
      expect(token).toMatch(/^[A-Za-z0-9+/]+(%3D){0,2}$/);
      const raw = decodeURIComponent(token);
      expect(Buffer.from(raw, 'base64').toString()).toMatch(/^[0-9a-f-]{36}\|[0-9a-f-]{36}$/);
      expect(href).toBe(`${us.region.http}${SESSIONS}/soc/${token.replaceAll('%3D', '%3d')}`);
      for (const form of [token, token, raw, token.replaceAll('%3D', '%3d')]) expect((await setting(us, form)).status).toBe(200);
      fixture().secrets.add(raw);
    });

    test('AR-04 an unknown user, a wrong password, a disabled user and one who signs in elsewhere get the same answer', async () => {
      const people = person(fixture());
      const who = await operator(people);
      const disabled = await people.user({ platformOperator: true, disabled: true });
      const elsewhere = await people.user({ password: null });
      const replies = await Promise.all(
        [
          { username: 'nobody@example.com', password: who.password },
          { username: who.username, password: `${who.password}x` },
          { username: disabled.username, password: disabled.password },
          { username: elsewhere.username, password: 'whatever it is' },
        ].map((body) => people.api.call('POST', `${SESSIONS}/soc`, { body })),
      );
      expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect(replies[0]?.status).toBe(400);
    });

    test('AR-05 AR-18 with SOC authentication enabled only platform operators get in, at login and at each call; disabled, anybody gets in and changes nothing', async () => {
      const people = person(fixture());
      const { api } = people;
      const joe = await people.user();
      const tries = (who: Person): Promise<Reply> => api.call('POST', `${SESSIONS}/soc`, { body: { username: who.username, password: who.password } });
      expect((await tries(joe)).status).toBe(403);
      await people.change(joe, { platformOperator: true });
      const { ApprendaSessionToken: token } = await login(fixture(), api, joe);
      expect((await setting(api, token)).status).toBe(200);
      await people.change(joe, { platformOperator: false });
      expect((await setting(api, token)).status).toBe(401);
      const path = `${SETTINGS}/Authentication.SocAuthenticationEnabled`;
      try {
        succeeds(await api.send('PUT', path, { body: { value: false } }), 200);
        const ofJoe = await login(fixture(), api, joe);
        expect((await setting(api, ofJoe.ApprendaSessionToken, { body: { value: 5 } }, 'PUT')).status).toBe(403);
      } finally {
        succeeds(await api.send('PUT', path, { body: { value: true } }), 200);
      }
    });

    test('AR-07 AR-10 the URL of the manual works with and without a slash, and with a charset', async () => {
      const people = person(fixture());
      const body = await people.user({ platformOperator: true }).then(({ username, password }) => ({ username, password }));
      for (const [path, type] of [['', 'application/json'], ['/', 'application/json; charset=utf-8']] as const) {
        expect((await people.api.call('POST', `${SESSIONS}/soc${path}`, { body, headers: { 'content-type': type } })).status).toBe(201);
      }
    });

    test.each([
      ['a form', 'username=a&password=b', 'application/x-www-form-urlencoded'],
      ['no password', '{"username":"a"}', 'application/json'],
      ['no username', '{"password":"a"}', 'application/json'],
      ['a number as password', '{"username":"a","password":1}', 'application/json'],
      ['malformed JSON', '{"username":', 'application/json'],
    ])('AR-09 %s instead of username and password as JSON is refused', async (_, body, type) => {
      const reply = await fixture().eu.call('POST', `${SESSIONS}/soc`, { body, headers: { 'content-type': type } });
      expect([reply.status, json(reply)]).toMatchObject([400, { message: expect.any(String) }]);
    });

    test('AR-14 the token may be a member of the body in POST and PUT, not in GET, and is not stored', async () => {
      const { us } = fixture();
      const { ApprendaSessionToken: token } = await login(fixture(), us, await operator(person(fixture())));
      const put = (body: object, header?: string): Promise<Reply> => setting(us, header, { body }, 'PUT');
      expect(json(await put({ apprendaSESSIONtoken: token, value: 1_800 }))).toEqual({ name: 'Authentication.SessionTimeoutInSeconds', value: 1_800 });
      expect((await put({ ApprendaSessionToken: decodeURIComponent(token), value: 1_800 }, token)).status).toBe(200);
      expect((await put({ ApprendaSessionToken: 'another', value: 1_800 }, token)).status).toBe(401);
      expect((await us.call('GET', TIMEOUT, { body: { ApprendaSessionToken: token } })).status).toBe(401);
      expect((await us.call('GET', TIMEOUT, { query: { ApprendaSessionToken: decodeURIComponent(token) } })).status).toBe(401);
    });

    test('AR-15 the header counts whatever the case of its name', async () => {
      const { us } = fixture();
      const { ApprendaSessionToken: token } = await login(fixture(), us, await operator(person(fixture())));
      for (const name of ['apprendasessiontoken', 'APPRENDASESSIONTOKEN', 'ApprendaSessionToken']) {
        expect((await us.call('GET', TIMEOUT, { headers: { [name]: token } })).status).toBe(200);
      }
    });

    test('AR-17 AR-18 sessions live as long as the registry says when they begin, and only administrators change that', async () => {
      const people = person(fixture());
      const { api } = people;
      const op = await operator(people);
      const joe = await people.user();
      const organization = await people.organization();
      await people.change(joe, { organizations: [{ organization: organization.id, role: 'Organization Admin' }] });
      const before = await login(fixture(), api, op);
      const ofJoe = await login(fixture(), api, joe, 'account');
      expect((await setting(api, ofJoe.ApprendaSessionToken, { body: { value: 5 } }, 'PUT')).status).toBe(401);
      for (const value of [0, -1, 1.5, '1800', null, 10 ** 9]) expect((await api.send('PUT', TIMEOUT, { body: { value } })).status).toBe(400);
      expect((await api.send('PUT', `${SETTINGS}/No.Such`, { body: { value: 1 } })).status).toBe(404);
      try {
        expect(json(await setting(api, before.ApprendaSessionToken, { body: { value: 2 } }, 'PUT'))).toMatchObject({ value: 2 });
        const short = await login(fixture(), api, op);
        expect((await setting(api, short.ApprendaSessionToken)).status).toBe(200);
        await until('the session is over', async () => (await setting(api, short.ApprendaSessionToken)).status === 401);
        expect(await verdictOf(api, 'session', short.ApprendaSessionToken)).toMatchObject({ verdict: 'deny', reason: 'expired' });
        expect((await setting(api, before.ApprendaSessionToken)).status).toBe(200);
      } finally {
        succeeds(await api.send('PUT', TIMEOUT, { body: { value: 1_800 } }), 200);
      }
    });

    test('where no sign-in provider is configured its URLs are not found, in words', async () => {
      for (const api of fixture().all) {
        for (const path of ['sign-in/account', 'callback?code=a&state=b']) {
          const reply = await api.call('GET', `/authentication/oidc/${path}`);
          expect([reply.status, json(reply)]).toEqual([404, { message: 'no sign-in provider is set up here', code: 'not_found' }]);
        }
      }
    });

    test('AR-19 AR-20 AR-21 AR-22 AR-23 sessions are independent; one ends by DELETE at its href, with and without /authentication, and a second time is 404', async () => {
      const { us } = fixture();
      const op = await operator(person(fixture()));
      const [first, second, third] = await Promise.all([1, 2, 3].map(() => login(fixture(), us, op)));
      if (first === undefined || second === undefined || third === undefined) throw new Error('three sessions are needed');
      const path = new URL(first.href).pathname;
      expect((await us.call('DELETE', path)).status).toBe(204);
      expect((await setting(us, first.ApprendaSessionToken)).status).toBe(401);
      expect((await setting(us, second.ApprendaSessionToken)).status).toBe(200);
      expect((await us.call('DELETE', `/api/v1/sessions/soc/${second.ApprendaSessionToken}`)).status).toBe(204);
      expect((await us.call('DELETE', `${SESSIONS}/soc/${decodeURIComponent(third.ApprendaSessionToken)}`)).status).toBe(204);
      for (const { ApprendaSessionToken: token } of [second, third]) expect((await setting(us, token)).status).toBe(401);
      for (const gone of [path, `${SESSIONS}/soc/unknown`]) {
        const reply = await us.call('DELETE', gone);
        expect([reply.status, json(reply)]).toMatchObject([404, { message: expect.any(String) }]);
      }
    });

    test('AR-24 developer and account sessions are in a tenant, and none counts for another API', async () => {
      const people = person(fixture());
      const { api } = people;
      const [one, two] = [await people.organization(), await people.organization()];
      const roles = [{ organization: one.id, role: 'Standard' }, { organization: two.id, role: 'Advanced' }];
      const who = await people.user({ organizations: roles, platformOperator: true });
      const begins = (audience: string, more: object): Promise<Reply> =>
        api.call('POST', `${SESSIONS}/${audience}`, { body: { username: who.username, password: who.password, ...more } });
      expect((await begins('account', {})).status).toBe(400);
      expect((await begins('developer', { tenantAlias: (await people.organization()).alias })).status).toBe(400);
      const session = await login(fixture(), api, who, 'developer', { TenantAlias: two.alias });
      expect(await verdictOf(api, 'session', session.ApprendaSessionToken)).toMatchObject({
        verdict: 'allow',
        principal: { subject: `user:${who.id}`, audience: 'developer', organizations: [two.id], roles: ['Advanced', 'Platform Operator'] },
      });
      expect((await setting(api, session.ApprendaSessionToken)).status).toBe(401);
      expect((await api.call('DELETE', `${SESSIONS}/account/${session.ApprendaSessionToken}`)).status).toBe(404);
      await people.change(who, { organizations: roles.slice(0, 1), platformOperator: true });
      expect(await verdictOf(api, 'session', session.ApprendaSessionToken)).toMatchObject({ verdict: 'deny' });
      expect((await login(fixture(), api, who, 'account')).href).toContain('/sessions/account/');
    });

    test('AR-25 a session works in every region at once, and one that ends anywhere ends everywhere', async () => {
      const { us, eu, ap } = fixture();
      const op = await operator(person(fixture()));
      for (const [made, ended] of [[us, eu], [eu, ap], [ap, us]] as const) {
        const { ApprendaSessionToken: token, href } = await login(fixture(), made, op);
        for (const api of [us, eu, ap]) expect(await verdictOf(api, 'session', token)).toMatchObject({ verdict: 'allow' });
        expect((await ended.call('DELETE', new URL(href).pathname)).status).toBe(204);
        expect(await verdictOf(ended, 'session', token)).toMatchObject({ verdict: 'deny' });
        for (const api of [us, eu, ap]) {
          await until(`the session is over in ${api.region.name}`, async () => (await verdictOf(api, 'session', token)).verdict === 'deny', { within: 1_000 });
        }
      }
    });
  });

  describe("a user's sessions", () => {
    test('are listed and ended, one or all, by the user and by administrators, and by nobody else', async () => {
      const people = person(fixture());
      const { api } = people;
      const [who, other] = [await people.user({ platformOperator: true }), await people.user({ platformOperator: true })];
      const sessions = await Promise.all([1, 2, 3].map(() => login(fixture(), api, who)));
      const [own, , last] = sessions.map(({ ApprendaSessionToken: token }) => token) as [string, string, string];
      const foreign = (await login(fixture(), api, other)).ApprendaSessionToken;
      const ask = (method: string, path: string, token?: string): Promise<Reply> =>
        token === undefined ? api.send(method, path) : api.call(method, path, { headers: { ApprendaSessionToken: token } });
      const listed = json<{ id: string; audience: string }[]>(await ask('GET', '/v1/users/self/sessions', own));
      expect(listed.map(({ audience }) => audience)).toEqual(['soc', 'soc', 'soc']);
      expect(json(await ask('GET', `/v1/users/${who.id}/sessions`))).toHaveLength(3);
      for (const [method, path] of [['GET', ''], ['DELETE', ''], ['DELETE', `/${listed[0]?.id}`]] as const) {
        expect((await ask(method, `/v1/users/${who.id}/sessions${path}`, foreign)).status).toBe(403);
      }
      const [lastId] = Buffer.from(decodeURIComponent(last), 'base64').toString().split('|');
      expect((await ask('DELETE', `/v1/users/self/sessions/${lastId}`, own)).status).toBe(204);
      expect(await verdictOf(api, 'session', last)).toMatchObject({ verdict: 'deny' });
      expect(json(await ask('GET', `/v1/users/${who.id}/sessions`))).toHaveLength(2);
      expect((await ask('DELETE', `/v1/users/${who.id}/sessions`)).status).toBe(204);
      expect(await verdictOf(api, 'session', own)).toMatchObject({ verdict: 'deny' });
      expect(json(await ask('GET', `/v1/users/${who.id}/sessions`))).toEqual([]);
      expect(await verdictOf(api, 'session', (await login(fixture(), api, who)).ApprendaSessionToken)).toMatchObject({ verdict: 'allow' });
    });

    test.each(['a new password', 'being disabled', 'being deleted'] as const)('all end at once by %s', async (how) => {
      const people = person(fixture(), 'eu');
      const { api } = people;
      const who = await people.user({ platformOperator: true });
      const { ApprendaSessionToken: token } = await login(fixture(), api, who);
      expect(await verdictOf(api, 'session', token)).toMatchObject({ verdict: 'allow' });
      if (how === 'being deleted') await people.remove(who);
      else await people.change(who, { platformOperator: true, ...(how === 'being disabled' ? { disabled: true } : { password: password43() }) });
      expect(await verdictOf(api, 'session', token)).toMatchObject({ verdict: 'deny' });
    });
  });
}
