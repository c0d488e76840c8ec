import { decodeJwt } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { type AclApi, named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';
import { CALLBACK, type Forger, type TestProvider } from './openid-provider.ts';
import { person, type Person, succeeds, type UserInput } from './people.ts';
import { login, SESSIONS, verdictOf } from './sessions.ts';
import { until } from '../support/until.ts';

const SIGN_IN = '/authentication/oidc/sign-in';
const COOKIE = /^mintmark-sign-in=([^;]+); Max-Age=600; Path=\/authentication\/oidc\/callback; HttpOnly; SameSite=Lax$/;

/** A browser between the two halves of a sign-in. */
interface Begun {
  readonly api: AclApi;
  readonly location: URL;
  readonly cookie: string;
}

export function signInSuite(fixture: () => Fixture, provider: TestProvider): void {
  afterAll(() => provider.stop());

  const ssoUser = async (input: UserInput = {}): Promise<Person> => person(fixture()).user({ password: null, ...input });

  async function begin(api: AclApi, audience = 'account', query: Record<string, string> = {}): Promise<Begun> {
    if (!provider.running) await provider.start();
    fixture().secrets.add(provider.clientSecret);
    const reply = succeeds(await api.call('GET', `${SIGN_IN}/${audience}`, { query }), 302);
    const [, cookie = ''] = COOKIE.exec(reply.headers['set-cookie'] ?? '') ?? [];
    fixture().secrets.add(cookie);
    return { api, location: new URL(reply.headers.location ?? ''), cookie };
  }

  const comesBack = (api: AclApi, search: string, cookie: string | undefined): Promise<Reply> =>
    api.call('GET', `${CALLBACK}${search}`, cookie === undefined ? {} : { headers: { cookie: `mintmark-sign-in=${cookie}` } });

  /** The whole way of a browser in which `who` signs in at the provider. */
  async function signsIn(api: AclApi, email: string, audience = 'account', query: Record<string, string> = {}): Promise<Reply> {
    provider.account = { email };
    const { location, cookie } = await begin(api, audience, query);
    return comesBack(api, (await provider.signIn(location.href)).search, cookie);
  }

  function tokenIn(reply: Reply): string {
    const { ApprendaSessionToken: token } = json<{ ApprendaSessionToken: string }>(succeeds(reply, 200));
    fixture().secrets.add(decodeURIComponent(token));
    return token;
  }

  describe('sign-in through an OpenID provider', () => {
    test('a provider that is not there costs its sign-ins, in words, and nothing else', async () => {
      const { us, eu } = fixture();
      for (const api of [us, eu]) {
        const reply = await api.call('GET', `${SIGN_IN}/account`);
        expect([reply.status, json(reply)]).toEqual([503, { message: expect.stringContaining('does not answer'), code: 'unavailable' }]);
        expect(reply.headers['retry-after']).toBe('2');
      }
      await login(fixture(), us, await person(fixture()).user(), 'account');
    });

    test.each(['us', 'eu'] as const)('a user without a password signs in at %s; the session counts in every region until it ends', async (where) => {
      const api = fixture()[where];
      const who = await ssoUser({ platformOperator: true });
      provider.account = { email: who.username.toUpperCase() };
      const { location, cookie } = await begin(api, 'soc');
      const asked = Object.fromEntries(location.searchParams);
      expect(location.origin + location.pathname).toBe(`${provider.issuer}/auth`);
      expect(asked).toMatchObject({ client_id: 'mintmark', response_type: 'code', scope: 'openid email', code_challenge_method: 'S256', redirect_uri: api.region.http + CALLBACK });
      for (const value of [asked.state, asked.nonce, asked.code_challenge]) expect(value).toMatch(/^[\w-]{43}$/);
      for (const value of [asked.state, asked.nonce]) expect(Buffer.from(cookie, 'base64url').toString('latin1')).not.toContain(value);
      const back = await provider.signIn(location.href);
      const reply = await comesBack(api, back.search, cookie);
      expect(reply.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'set-cookie': expect.stringContaining('mintmark-sign-in=; ') });
      expect(Object.keys(json(reply))).toEqual(['ApprendaSessionToken', 'href']);
      const token = tokenIn(reply);
      for (const other of fixture().all) expect(await verdictOf(other, 'session', token)).toMatchObject({ verdict: 'allow', principal: { subject: `user:${who.id}`, audience: 'soc' } });
      const { href } = json<{ href: string }>(reply);
      expect((await api.call('DELETE', new URL(href).pathname)).status).toBe(204);
      expect(await verdictOf(api, 'session', token)).toMatchObject({ verdict: 'deny' });
      for (const other of fixture().all) await until(`the session is over in ${other.region.name}`, async () => (await verdictOf(other, 'session', token)).verdict === 'deny');
    });

    test('AN-06 whoever signs in elsewhere makes tokens of its own by that session; there is no password to try', async () => {
      const { us, eu } = fixture();
      const { id: organization } = await person(fixture()).organization();
      const who = await ssoUser({ organizations: [{ organization, role: 'Standard' }] });
      const session = tokenIn(await signsIn(us, who.username));
      const body = { name: 'mine', expiry: 'Never', dynamicAccess: true, role: 'Standard' };
      const made = json<{ token: string }>(succeeds(await eu.call('POST', '/api/v3/accessToken', { headers: { ApprendaSessionToken: session }, body }), 201));
      fixture().secrets.add(made.token);
      expect(await verdictOf(us, 'personal', made.token)).toMatchObject({ verdict: 'allow' });
      expect((await us.call('POST', `${SESSIONS}/account`, { body: { username: who.username, password: 'whatever it is' } })).status).toBe(400);
    });

    test('disabling the user, and ending all sessions, end a session of this kind too', async () => {
      const { us } = fixture();
      const people = person(fixture());
      const who = await ssoUser();
      const first = tokenIn(await signsIn(us, who.username));
      succeeds(await us.send('DELETE', `/v1/users/${who.id}/sessions`), 204);
      const second = tokenIn(await signsIn(us, who.username));
      expect(await verdictOf(us, 'session', first)).toMatchObject({ verdict: 'deny' });
      expect(await verdictOf(us, 'session', second)).toMatchObject({ verdict: 'allow' });
      await people.change(who, { disabled: true });
      expect(await verdictOf(us, 'session', second)).toMatchObject({ verdict: 'deny' });
    });

    test('an unknown user, a disabled one, one with a password, one of another tenant and an unverified address get the same answer', async () => {
      const { us } = fixture();
      const people = person(fixture());
      const disabled = await ssoUser({ disabled: true });
      const withPassword = await people.user();
      const who = await ssoUser();
      const replies = [await signsIn(us, 'nobody@example.com'), await signsIn(us, disabled.username), await signsIn(us, withPassword.username)];
      replies.push(await signsIn(us, who.username, 'account', { tenantAlias: (await people.organization()).alias }));
      provider.account = { email: who.username, verified: false };
      const { location, cookie } = await begin(us);
      replies.push(await comesBack(us, (await provider.signIn(location.href)).search, cookie));
      expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect([replies[0]?.status, json(replies[0] as Reply)]).toMatchObject([403, { code: 'permission_denied' }]);
    });

    test('who is no platform operator gets no session for the Platform Operations API', async () => {
      expect((await signsIn(fixture().us, (await ssoUser()).username, 'soc')).status).toBe(403);
    });

    test('an answer without this browser’s cookie, with an altered one, with another’s, or with another state is refused before the provider is asked', async () => {
      const { us } = fixture();
      provider.account = { email: (await ssoUser()).username };
      const mine = await begin(us);
      const { cookie: another } = await begin(us);
      const { search, searchParams } = await provider.signIn(mine.location.href);
      const flipped = Buffer.from(mine.cookie, 'base64url');
      flipped[flipped.length - 20] = (flipped[flipped.length - 20] ?? 0) ^ 1;
      searchParams.set('state', mine.location.searchParams.get('nonce') ?? '');
      const tries: [string, string | undefined][] = [
        [search, undefined],
        [search, ''],
        [search, 'x'],
        [search, another],
        [search, flipped.toString('base64url')],
        [`?${searchParams}`, mine.cookie],
        ['', mine.cookie],
      ];
      for (const [query, cookie] of tries) expect((await comesBack(us, query, cookie)).status).toBe(400);
      tokenIn(await comesBack(us, search, mine.cookie));
    });

    test('an answer counts once, in whatever region, and a code only for the browser that began with it', async () => {
      const { us, eu } = fixture();
      provider.account = { email: (await ssoUser()).username };
      const mine = await begin(us);
      const { search, searchParams } = await provider.signIn(mine.location.href);
      tokenIn(await comesBack(us, search, mine.cookie));
      for (const api of [us, eu]) expect([(await comesBack(api, search, mine.cookie)).status]).toEqual([400]);
      // The code of one sign-in with the cookie and the state of another: PKCE ties it to the first.
      const [first, second] = [await begin(us), await begin(us)];
      const stolen = (await provider.signIn(first.location.href)).searchParams.get('code') ?? '';
      searchParams.set('code', stolen);
      searchParams.set('state', second.location.searchParams.get('state') ?? '');
      const reply = await comesBack(us, `?${searchParams}`, second.cookie);
      expect([reply.status, json(reply)]).toMatchObject([400, { message: expect.stringContaining('used up') }]);
    });

    test('an answer that names another provider, or none, is refused: no mix-up', async () => {
      const { us } = fixture();
      provider.account = { email: (await ssoUser()).username };
      for (const iss of ['https://another.example', undefined]) {
        const { location, cookie } = await begin(us);
        const { searchParams } = await provider.signIn(location.href);
        searchParams.delete('iss');
        if (iss !== undefined) searchParams.set('iss', iss);
        const reply = await comesBack(us, `?${searchParams}`, cookie);
        expect([reply.status, json(reply)]).toMatchObject([403, { message: expect.stringContaining('not to be trusted') }]);
      }
    });

    type Tampering = (claims: ReturnType<typeof decodeJwt>, forger: Forger) => Promise<string | undefined>;
    const tamperings: [string, Tampering][] = [
      ['another nonce', (claims, { sign }) => sign({ ...claims, nonce: 'another' })],
      ['no nonce', ({ nonce: _, ...claims }, { sign }) => sign(claims)],
      ['another issuer', (claims, { sign }) => sign({ ...claims, iss: 'https://another.example' })],
      ['another audience', (claims, { sign }) => sign({ ...claims, aud: 'another' })],
      ['a time that is over', (claims, { sign }) => sign({ ...claims, exp: Math.floor(Date.now() / 1_000) - 60 })],
      ['no subject', ({ sub: _, ...claims }, { sign }) => sign(claims)],
      ['a signature of somebody else', (claims, { forge }) => forge(claims)],
      ['no signature', async (claims) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`],
      ['another user of user info', (claims, { sign }) => sign({ ...claims, sub: 'another' })],
    ];
    test.each([...tamperings, ['nothing in it', async () => undefined] as [string, Tampering]])('an ID token with %s is refused', async (_, tampering) => {
      const { us } = fixture();
      const who = await ssoUser();
      provider.tamper = async (answer, forger) => {
        const changed = await tampering(decodeJwt(answer.id_token ?? ''), forger);
        if (changed === undefined) delete answer.id_token;
        else answer.id_token = changed;
      };
      try {
        const reply = await signsIn(us, who.username);
        expect([reply.status, json(reply)]).toEqual([403, { message: expect.stringContaining('not to be trusted'), code: 'permission_denied' }]);
      } finally {
        provider.tamper = undefined;
      }
    });

    test('the claim may stand in the ID token itself', async () => {
      const who = await ssoUser();
      provider.tamper = async (answer, { sign }) => {
        answer.id_token = await sign({ ...decodeJwt(answer.id_token ?? ''), email: who.username, email_verified: true });
      };
      try {
        tokenIn(await signsIn(fixture().us, who.username));
      } finally {
        provider.tamper = undefined;
      }
    });

    test('what the provider refuses is told by its code; what it says beside that is not repeated', async () => {
      const { us } = fixture();
      for (const [error, told] of [['access_denied', 'access_denied'], ['<script>', 'another error']] as const) {
        const { location, cookie } = await begin(us);
        const query = new URLSearchParams({ error, error_description: 'prose', state: location.searchParams.get('state') ?? '', iss: provider.issuer });
        const reply = await comesBack(us, `?${query}`, cookie);
        expect([reply.status, json(reply)]).toEqual([403, { message: `the sign-in provider refused: ${told}`, code: 'permission_denied' }]);
      }
    });

    test('nothing in a request changes where the browser goes', async () => {
      const { us } = fixture();
      const evil = 'https://evil.example/';
      const { location } = await begin(us, 'account', { redirect_uri: evil, returnTo: evil, next: evil, state: 'mine', nonce: 'mine', iss: evil });
      expect(location.href.startsWith(`${provider.issuer}/auth?`)).toBe(true);
      expect(location.href).not.toContain('evil');
      expect(location.searchParams.get('state')).not.toBe('mine');
      const elsewhere = await us.call('GET', `${SIGN_IN}/account`, { headers: { host: 'evil.example' } });
      expect([elsewhere.status, elsewhere.headers.location, elsewhere.headers['set-cookie']]).toEqual([400, undefined, undefined]);
      expect(elsewhere.text).not.toContain('evil');
      expect((await us.call('GET', `${SIGN_IN}/${named('a')}`)).status).toBe(404);
      for (const path of [`${SIGN_IN}/account`, CALLBACK]) expect((await us.call('HEAD', path)).status).toBe(404);
    });

    test('a provider that falls silent keeps only its own sign-ins waiting, and not for long; one that is gone too', async () => {
      const { us, eu } = fixture();
      const people = person(fixture());
      const other = await people.user();
      provider.account = { email: (await ssoUser()).username };
      provider.silent = true;
      try {
        const [waiting, gone] = [await begin(eu), await begin(us)];
        const [{ search }, { search: later }] = [await provider.signIn(waiting.location.href), await provider.signIn(gone.location.href)];
        const waits = comesBack(eu, search, waiting.cookie);
        await login(fixture(), us, other, 'account');
        const reply = await waits;
        expect([reply.status, json(reply)]).toMatchObject([503, { code: 'unavailable' }]);
        provider.stop();
        expect((await comesBack(us, later, gone.cookie)).status).toBe(503);
        await login(fixture(), eu, other, 'account');
      } finally {
        provider.silent = false;
      }
    }, 30_000);
  });
}
