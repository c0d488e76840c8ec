import { describe, expect, test } from 'vitest';
import type { AclApi } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { until } from '../support/until.ts';
import { isAllowed, newClient, root } from './client.ts';

interface KeyJson {
  readonly kid: string;
  readonly region: string;
  readonly state: string;
  readonly withdrawn: boolean;
}

/** Signing keys at work. Last of its suite: it ends keys that others have signed with. */
export function keySuite(fixture: () => Fixture): void {
  const keysAt = async (api: AclApi): Promise<readonly KeyJson[]> => json(await api.call('GET', '/v1/operator/keys', { token: root(api) }));
  const publishedAt = async (api: AclApi): Promise<readonly string[]> =>
    json<{ keys: { kid: string }[] }>(await api.call('GET', '/.well-known/jwks.json')).keys.map(({ kid }) => kid);

  describe('signing keys', () => {
    test('every region signs with a key of its own and has published the next one', async () => {
      for (const api of fixture().all) {
        await until(`${api.region.name} knows all keys`, async () => (await keysAt(api)).length === 6);
        for (const region of fixture().all) {
          const states = (await keysAt(api)).filter((key) => key.region === region.region.name).map(({ state }) => state);
          expect(states.sort()).toEqual(['active', 'planned']);
        }
      }
      expect((await fixture().us.call('GET', '/v1/operator/keys')).status).toBe(401);
    });

    test('a rotation by hand waits until every verifier can know the next key', async () => {
      const { eu } = fixture();
      const reply = await eu.call('POST', '/v1/operator/keys/rotate', { token: root(eu), body: {} });
      expect([reply.status, reply.text]).toEqual([409, expect.stringContaining('published too recently')]);
    });

    test('withdrawing a key in one region kills what it has signed in all, and its region signs on with the next one', async () => {
      const { us, eu, all } = fixture();
      const client = await newClient(fixture());
      const [ofEu, ofUs] = [await client.token(eu), await client.token(us)];
      const { kid } = JSON.parse(Buffer.from(ofEu.split('.')[0] ?? '', 'base64url').toString('utf8')) as { kid: string };
      const reply = await us.call('POST', '/v1/operator/keys/withdraw', { token: root(us), body: { kid } });
      expect([reply.status, json(reply)]).toMatchObject([200, { kid, region: eu.region.name, state: 'gone', withdrawn: true }]);
      expect(await isAllowed(us, ofEu)).toBe(false);
      for (const api of all) {
        await until(`${api.region.name} refuses what the key has signed`, async () => !(await isAllowed(api, ofEu)), { within: 1_000 });
        await until(`${api.region.name} publishes the key no more`, async () => !(await publishedAt(api)).includes(kid), { within: 1_000 });
        expect(await isAllowed(api, ofUs)).toBe(true);
      }
      const fresh = await until('the region signs again', async () => {
        const answer = await client.ask(eu);
        return answer.status === 200 && json<{ access_token: string }>(answer).access_token;
      });
      fixture().secrets.add(fresh);
      for (const api of all) await until(`${api.region.name} accepts the next key`, () => isAllowed(api, fresh));
      expect((await us.call('POST', '/v1/operator/keys/withdraw', { token: root(us), body: { kid } })).status).toBe(409);
      expect((await us.call('POST', '/v1/operator/keys/withdraw', { token: root(us), body: { kid: 'nobody' } })).status).toBe(404);
    });
  });
}
