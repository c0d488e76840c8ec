import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
import { until } from '../support/until.ts';
import { claimsOf, newClient, root } from './client.ts';
import { roleThatReads } from './roles.ts';
import { Applications, REFUSED } from './resource.ts';

const EVERY = ['Web Shop', 'Billing', 'Search'];
const US = 0;
const EU = 1;

/** Tokens at a protected resource, the example's, as the seed's curl lines use them: AD-01, 02, 09, 17, 23, 31, 32, 34 to 38, 43 to 45. */
export function applicationSuite(fixture: () => Fixture): void {
  let opened: Applications | undefined;
  beforeAll(async () => {
    opened = await Applications.start(fixture());
  }, 30_000);
  afterAll(() => opened?.[Symbol.asyncDispose]());
  const api = (): Applications => {
    if (opened === undefined) throw new Error('the example did not start');
    return opened;
  };
  const bearer = (token: string): Promise<readonly [number, string]> => api().outcome(`Bearer ${token}`);
  const refusedAt = (at: number, token: string): Promise<unknown> =>
    until(`region ${at} refuses the token`, async () => (await api().outcome(`Bearer ${token}`, at)).join() === `401,${REFUSED}`, { within: 1_000 });

  describe('tokens at a protected resource', () => {
    test('AD-01, AD-31 a client of an unrestricted role sees every application, as XML and as JSON', async () => {
      const token = await (await newClient(fixture())).token();
      expect(await api().namesFor(token)).toEqual(EVERY);
      const xml = await api().call(`Bearer ${token}`);
      expect([xml.status, xml.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^application\/xml/)]);
      for (const name of EVERY) expect(xml.text).toContain(`<name>${name}</name>`);
    });

    test('AD-02, AD-32 a token is good until it expires, and refused in the words of the seed afterwards', async () => {
      const client = await newClient(fixture(), { defaultExpirationSeconds: 2 });
      const token = await client.token();
      expect(await bearer(token)).toEqual([200, '']);
      await until('the token is refused', async () => (await bearer(token))[0] === 401, { within: 4_000 });
      expect(await bearer(token)).toEqual([401, REFUSED]);
    });

    test('AD-09 the secret of a client is no token', async () => {
      expect(await bearer((await newClient(fixture())).secret)).toEqual([401, REFUSED]);
    });

    test('AD-17 one unchanged token shows what the roles of the moment permit', async () => {
      const client = await newClient(fixture(), { roles: [] });
      const role = await roleThatReads(fixture(), client.account);
      const token = await client.token();
      expect(await api().namesFor(token)).toEqual([]);
      await client.update({ roles: [role] });
      await until('the role counts', async () => (await api().namesFor(token)).toString() === EVERY.toString(), { within: 1_000 });
      await client.update({ roles: [] });
      await until('the role counts no more', async () => (await api().namesFor(token)).toString() === '', { within: 1_000 });
    });

    test('AD-23 the header of the seed, without a space after its colon, is understood', async () => {
      const token = await (await newClient(fixture())).token();
      expect(await api().verbatim(`Authorization:Bearer ${token}`)).toBe('HTTP/1.1 200 OK');
      expect(await api().verbatim('Authorization:Bearer garbage')).toBe('HTTP/1.1 401 Unauthorized');
    });

    test('AD-32 garbage, tampered, unsigned and foreign tokens, and none at all, are refused in the words of the seed', async () => {
      const token = await (await newClient(fixture())).token();
      const [head = '', body = '', signature = ''] = token.split('.');
      const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const other = encoded({ ...claimsOf(token), sub: 'somebody' });
      const stranger = sign(null, Buffer.from(`${head}.${body}`), generateKeyPairSync('ed25519').privateKey).toString('base64url');
      const expired = encoded({ ...claimsOf(token), exp: 1 });
      const bad = ['garbage', `${head}.${other}.${signature}`, `${head}.${body}.${stranger}`, `${head}.${expired}.${signature}`, `${encoded({ alg: 'none', typ: 'at+jwt' })}.${body}.`];
      for (const value of bad) expect(await bearer(value)).toEqual([401, REFUSED]);
      for (const authorization of [undefined, 'Bearer', `Basic ${token}`]) expect(await api().outcome(authorization)).toEqual([401, REFUSED]);
      expect((await api().call(undefined, { query: `?access_token=${token}` })).status).toBe(401);
    });

    test('RFC 6750 2.3, 3, 3.1 the challenge has no error where nothing was presented, invalid_token where that is not good; a token in the URI is none', async () => {
      const token = await (await newClient(fixture())).token();
      const challengeOf = async (authorization: string | undefined, query = ''): Promise<readonly [number, string | null]> => {
        const reply = await api().call(authorization, { query });
        return [reply.status, reply.headers.get('www-authenticate')];
      };
      const none = [401, 'Bearer, DPoP algs="ES256 EdDSA"'];
      for (const query of ['', `?access_token=${token}`]) expect(await challengeOf(undefined, query)).toEqual(none);
      expect(await challengeOf('Bearer garbage')).toEqual([401, 'Bearer error="invalid_token", DPoP algs="ES256 EdDSA"']);
      expect((await api().call('Bearer garbage')).headers.get('cache-control')).toBe('no-store');
    });

    test('AD-34, AD-36, AD-37, AD-38, AD-43 a revoked temporary token is refused in the words of the seed; the one before it is good', async () => {
      const client = await newClient(fixture());
      const { access_token: old } = await client.temporary();
      const { access_token: current } = await client.temporary({}, '/regenerate');
      expect([await bearer(old), await bearer(current)]).toEqual([[200, ''], [200, '']]);
      expect((await client.revokeTemporary()).status).toBe(204);
      await refusedAt(US, current);
      expect(await bearer(old)).toEqual([200, '']);
    });

    test('AD-35, AD-45 deleting a client in one region ends its tokens of both kinds in another', async () => {
      const f = fixture();
      const client = await newClient(f);
      const tokens = [await client.token(f.us), await client.token(f.eu), (await client.temporary()).access_token];
      for (const token of tokens) for (const at of [US, EU]) expect(await api().statusIn(at, token)).toBe(200);
      expect((await f.us.call('DELETE', client.path, { token: root(f.us) })).status).toBe(204);
      for (const token of tokens) for (const at of [US, EU]) await refusedAt(at, token);
    });

    test('AD-44 a token from the API outlives an attempt to revoke it by its jti', async () => {
      const f = fixture();
      const client = await newClient(f);
      const token = await client.token();
      expect((await f.us.call('POST', `${client.path}/tokens/${claimsOf(token).jti}/revoke`, { token: root(f.us), body: {} })).status).toBe(404);
      expect(await bearer(token)).toEqual([200, '']);
    });

    test('AD-45, P6 a token minted in one region counts in another at its first use, and its revocation reaches that', async () => {
      const f = fixture();
      const client = await newClient(f);
      const { access_token: token } = await client.temporary();
      expect(await api().statusIn(EU, token)).toBe(200);
      expect((await client.revokeTemporary(f.us)).status).toBe(204);
      await refusedAt(EU, token);
    });
  });
}
