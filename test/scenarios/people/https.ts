import { describe, expect, test } from 'vitest';
import { named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import type { OverHttps } from '../support/https.ts';
import { until } from '../support/until.ts';
import { password43, succeeds } from './people.ts';
import { SESSIONS } from './sessions.ts';

/** The cluster is new: nothing has been written, as nothing is without https. */
export function httpsSuite(fixture: () => Fixture, { call, root }: OverHttps): void {
  describe('AR-08 in a cluster whose validators require https', () => {
    test('sessions begin and end over https only, in every region, and links say https though CloudURI is http', async () => {
      const { us, all, secrets } = fixture();
      const plain = await us.bootstrap();
      expect([plain.status, plain.text.includes('SecretID')]).toEqual([403, false]);
      const token = await root();
      const login = { username: `${named('op')}@example.com`, password: password43() };
      secrets.add(login.password);
      const user = { ...login, platformOperator: true };
      expect((await us.call('POST', '/v1/users', { body: user, token })).status).toBe(403);
      succeeds(await call(us, 'POST', '/v1/users', { body: user, token }), 201);
      for (const api of all) {
        const refused = await api.call('POST', `${SESSIONS}/soc`, { body: login });
        expect([refused.status, json(refused)]).toEqual([403, { message: expect.stringContaining('https'), code: 'https_required' }]);
        const { ApprendaSessionToken: session, href } = json<{ ApprendaSessionToken: string; href: string }>(succeeds(await call(api, 'POST', `${SESSIONS}/soc`, { body: login }), 201));
        secrets.add(decodeURIComponent(session));
        expect(href.startsWith(`${api.region.http.replace('http:', 'https:')}${SESSIONS}/soc/`)).toBe(true);
        const { pathname } = new URL(href);
        expect((await api.call('DELETE', pathname)).status).toBe(403);
        const verdict = async (): Promise<string> =>
          json<{ verdict: string }>(await call(api, 'POST', '/v1/validate', { body: { credential: { dialect: 'session', value: session } } })).verdict;
        expect(await verdict()).toBe('allow');
        expect((await call(api, 'DELETE', pathname)).status).toBe(204);
        expect(await verdict()).toBe('deny');
      }
    });

    test('https counts only where a trusted proxy says so once, and only operations answer without', async () => {
      const { us } = fixture();
      for (const proto of ['http', 'wss', 'https, http', '']) {
        expect((await us.call('POST', `${SESSIONS}/soc`, { headers: { 'x-forwarded-proto': proto }, body: {} })).status).toBe(403);
      }
      expect((await us.call('GET', '/authentication/oidc/sign-in/soc')).status).toBe(403);
      await until('ready', async () => (await us.call('GET', '/readyz')).status === 200);
    });
  });
}
