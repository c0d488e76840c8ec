import { createRemoteJWKSet, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import type { AclApi } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { until } from '../support/until.ts';
import { ACCESS_TOKEN, type Grant, isAllowed, newClient, postForm, root, type TestClient, verdictOn } from './client.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const LIFETIME_DAYS = 5;

/** What the processes of these tests are told. */
export const SCHEDULED = {
  issuers: {
    MINTMARK_SIGNING_ALGORITHM: 'ES256',
    MINTMARK_SIGNING_KEY_LIFETIME: `${LIFETIME_DAYS * 24}h`,
    MINTMARK_SIGNING_KEY_PUBLISH_AHEAD: '1h',
    MINTMARK_TOKEN_GC_INTERVAL: '200ms',
  },
  validators: { MINTMARK_OAUTH_REQUIRE_BASIC: 'true' },
};

interface KeyJson {
  readonly kid: string;
  readonly region: string;
  readonly algorithm: string;
  readonly state: string;
}

interface Header {
  readonly alg: string;
  readonly kid: string;
}

/** What happens by itself as time goes by, at a cluster whose clock is set forward: the tests stand in their order. It signs with ES256, and demands Basic. */
export function scheduleSuite(fixture: () => Fixture): void {
  const passes = async (ms: number): Promise<void> => fixture().cluster.clock?.advance(ms);
  const basic = (text: string): Record<string, string> => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  const ask = (client: TestClient, headers: Record<string, string>, api: AclApi = fixture().us) =>
    postForm(api, ACCESS_TOKEN, { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.secret }, headers);
  const tokenOf = async (client: TestClient, api?: AclApi): Promise<string> => {
    const reply = await ask(client, basic(`${client.clientId}:${client.secret}`), api);
    expect(reply.status, reply.text).toBe(200);
    const { access_token: token } = json<Grant>(reply);
    fixture().secrets.add(token);
    return token;
  };
  const keysOf = async (api: AclApi, region = api.region.name): Promise<readonly KeyJson[]> =>
    json<readonly KeyJson[]>(await api.call('GET', '/v1/operator/keys', { token: root(api) })).filter((key) => key.region === region);
  const kidsIn = async (api: AclApi, state: string): Promise<readonly string[]> => (await keysOf(api)).filter((key) => key.state === state).map(({ kid }) => kid);
  const published = async (api: AclApi): Promise<readonly string[]> => json<{ keys: { kid: string }[] }>(await api.call('GET', '/.well-known/jwks.json')).keys.map(({ kid }) => kid);
  const headerOf = (token: string): Header => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as Header;

  describe('controllers before 4.5.9', () => {
    test('AD-29 where Basic is demanded a request without it is refused with 401, a right one gets a token, a wrong password does not', async () => {
      const client = await newClient(fixture());
      const without = await ask(client, {});
      expect([without.status, without.headers['www-authenticate']]).toEqual([401, expect.stringMatching(/^Basic /)]);
      expect(await isAllowed(fixture().us, await tokenOf(client))).toBe(true);
      for (const wrong of [`${client.clientId}:wrong`, `nobody@${client.account}:${client.secret}`]) expect((await ask(client, basic(wrong))).status).toBe(401);
    });
  });

  describe('denials', () => {
    test('a revoked token stays refused until it has expired, and then nothing is kept of it', async () => {
      const { us, eu } = fixture();
      const client = await newClient(fixture());
      const { access_token: token } = await client.temporary({ expirationSeconds: 600 });
      const denials = async (api: AclApi): Promise<number> => Number(/^mintmark_denied_tokens(?:\{[^}]*\})? (\d+)$/m.exec((await api.call('GET', '/metrics')).text)?.[1] ?? Number.NaN);
      const before = await denials(eu);
      expect((await client.revokeTemporary()).status).toBe(204);
      await until('every region has the denial', async () => (await denials(us)) === before + 1 && (await denials(eu)) === before + 1);
      expect((await verdictOn(eu, token)).verdict).toBe('deny');
      await passes(300 * SECOND);
      expect(await denials(us)).toBe(before + 1);
      expect((await verdictOn(us, token)).verdict).toBe('deny');
      await passes(300 * SECOND + 120 * SECOND);
      await until('the denial is gone in every region', async () => (await denials(us)) === before && (await denials(eu)) === before);
      for (const api of [us, eu]) expect(await verdictOn(api, token)).toMatchObject({ verdict: 'deny', reason: 'expired' });
    });
  });

  describe('keys by schedule', () => {
    test('RFC 9068 2.1, RFC 8725 3.1 tokens are signed with ES256 where that is chosen, and verify by the published key set', async () => {
      const client = await newClient(fixture());
      for (const api of fixture().all) {
        const token = await tokenOf(client, api);
        expect(headerOf(token).alg).toBe('ES256');
        const keys = createRemoteJWKSet(new URL(`${fixture().eu.region.http}/.well-known/jwks.json`));
        const issuer = fixture().us.region.http;
        await jwtVerify(token, keys, { issuer, audience: 'AppD_APIs', typ: 'at+jwt', algorithms: ['ES256'], clockTolerance: 3_600 });
      }
    });

    test('at the end of its life every region’s key is replaced by the one that was published ahead; what the old one has signed counts until it expires', async () => {
      const { us, eu, ap, all } = fixture();
      const client = await newClient(fixture());
      const before = await Promise.all(all.map(async (api) => ({ api, signing: await kidsIn(api, 'active'), next: await kidsIn(api, 'planned') })));
      for (const { signing, next } of before) expect([signing.length, next.length]).toEqual([1, 1]);
      for (const { api, next } of before) expect(await published(api)).toEqual(expect.arrayContaining([...next]));
      await passes(LIFETIME_DAYS * DAY - HOUR);
      const temporary = (await client.temporary({ expirationSeconds: 2_592_000 }, '', eu)).access_token;
      const short = await tokenOf(client, eu);
      await passes(2 * HOUR);
      for (const { api, signing, next } of before) {
        await until(`${api.region.name} signs with its next key`, async () => (await kidsIn(api, 'active')).join() === next.join());
        await until(`${api.region.name} has planned another`, async () => (await kidsIn(api, 'planned')).length === 1);
        expect(await kidsIn(api, 'retiring')).toEqual(signing);
        const token = await until(`${api.region.name} signs`, async () => {
          const made = await tokenOf(client, api);
          return next.includes(headerOf(made).kid) && made;
        });
        for (const other of [us, eu, ap]) expect(await isAllowed(other, token)).toBe(true);
      }
      for (const api of all) expect([await isAllowed(api, temporary), (await verdictOn(api, short)).reason]).toEqual([true, 'expired']);
    });

    test('a key is gone, and is published no more, once nothing that it has signed can be alive', async () => {
      const { eu, all } = fixture();
      const [old] = await kidsIn(eu, 'retiring');
      expect(old).toEqual(expect.any(String));
      await passes(30 * DAY - 3 * HOUR);
      expect(await published(eu)).toContain(old);
      await passes(4 * HOUR);
      for (const api of all) await until(`${api.region.name} publishes the old key no more`, async () => !(await published(api)).includes(old ?? ''));
      await until('it is listed as gone', async () => (await kidsIn(eu, 'gone')).includes(old ?? ''));
    });
  });
}
