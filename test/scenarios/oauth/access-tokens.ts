import { describe, expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { until } from '../support/until.ts';
import { ACCESS_TOKEN, CLIENTS, claimsOf, type Grant, isAllowed, newClient, postForm, root, verdictOn } from './client.ts';

const VENDOR = 'application/vnd.appd.cntrl+protobuf;v=1';

/** Tokens from the API: seed AD-01 to AD-03, AD-11, AD-13 to AD-15, AD-20, AD-21, AD-23 to AD-33, AD-35, AD-36, AD-44 to AD-46. */
export function accessTokenSuite(fixture: () => Fixture): void {
  describe('tokens from the API', () => {
    test('AD-01 a client gets a token, and it stands for the client', async () => {
      const client = await newClient(fixture());
      expect(await verdictOn(fixture().us, await client.token())).toMatchObject({ verdict: 'allow', principal: { subject: `client:${client.id}`, roles: ['Account Owner'] } });
    });

    test('AD-02, AD-14 a token counts until it expires, after any number of seconds, minutes or hours', async () => {
      const client = await newClient(fixture());
      for (const seconds of [10_800, 420, 1]) {
        await client.update({ defaultExpirationSeconds: seconds });
        const { access_token: token, expires_in: expiresIn } = await client.grant();
        const { exp, iat } = claimsOf(token);
        expect([expiresIn, exp - iat]).toEqual([seconds, seconds]);
        if (seconds === 1) await until('a token of one second is expired', async () => (await verdictOn(fixture().us, token)).reason === 'expired', { within: 2_000 });
        else expect(await isAllowed(fixture().us, token)).toBe(true);
      }
    });

    test('AD-03 a token is a JWT of three parts with the claims of the seed, in its order', async () => {
      const client = await newClient(fixture());
      const token = await client.token();
      const parts = token.split('.');
      expect(parts).toHaveLength(3);
      const header = JSON.parse(Buffer.from(parts[0] ?? '', 'base64url').toString('utf8')) as object;
      expect(Object.keys(header)).toEqual(['kid', 'alg', 'typ']);
      expect(header).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' });
      const claims = claimsOf(token);
      expect(Object.keys(claims)).toEqual(['iss', 'aud', 'exp', 'jti', 'iat', 'nbf', 'sub', 'type', 'id', 'acctId', 'acctName', 'client_id']);
      expect(claims).toMatchObject({ sub: client.name, type: 'API_CLIENT', id: client.id, acctName: client.account, client_id: client.clientId });
      expect(claims.jti).toMatch(/^[\w-]{22}$/);
      expect([claims.exp, claims.iat, claims.nbf].every(Number.isInteger)).toBe(true);
    });

    test('AD-11, AD-15 the expiration is that of tokens from the API only, which live shorter than temporary ones', async () => {
      const client = await newClient(fixture(), { defaultExpirationSeconds: 60 });
      const lives = [await client.grant(), await client.temporary()].map(({ access_token: token, expires_in: told }) => [told, claimsOf(token).exp - claimsOf(token).iat]);
      expect(lives).toEqual([[60, 60], [86_400, 86_400]]);
    });

    test('AD-13, AD-24, AD-30 a fresh client gets a token for five minutes, in exactly two members', async () => {
      const reply = await (await newClient(fixture())).ask();
      const grant = json<Grant>(reply);
      expect([reply.status, Object.keys(grant), grant.expires_in]).toEqual([200, ['access_token', 'expires_in'], 300]);
      fixture().secrets.add(grant.access_token);
    });

    test('AD-20 two calls give two tokens, both of which count', async () => {
      const client = await newClient(fixture());
      const [one, other] = [await client.token(), await client.token()];
      expect(claimsOf(one).jti).not.toBe(claimsOf(other).jti);
      expect([await isAllowed(fixture().us, one), await isAllowed(fixture().us, other)]).toEqual([true, true]);
    });

    test('AD-21 tokens from the API are not tracked: the client shows none', async () => {
      const client = await newClient(fixture());
      const { jti } = claimsOf(await client.token());
      expect((await client.read()).temporaryToken).toBeNull();
      for (const path of [client.path, CLIENTS]) expect((await fixture().us.call('GET', path, { token: root(fixture().us) })).text).not.toContain(jti);
    });

    test.each(['grant_type', 'client_id', 'client_secret'])('AD-25 a request without %s is refused with 400', async (field) => {
      const reply = await (await newClient(fixture())).ask(undefined, { [field]: undefined });
      expect([reply.status, reply.text]).toEqual([400, expect.stringContaining(field)]);
    });

    test('AD-25 a wrong secret, an unknown client and a wrong account are refused with 401, another grant_type with 400', async () => {
      const client = await newClient(fixture());
      const attempts = [{ client_secret: crypto.randomUUID() }, { client_id: `nobody@${client.account}` }, { client_id: `${client.name}@nowhere` }];
      for (const fields of attempts) expect((await client.ask(undefined, fields)).status).toBe(401);
      expect((await client.ask(undefined, { grant_type: 'password' })).status).toBe(400);
    });

    test('AD-26 a client_id is name@account, divided at its last @', async () => {
      const client = await newClient(fixture(), { name: 'ops@night@shift' });
      expect((await client.ask()).status).toBe(200);
      expect((await client.ask(undefined, { client_id: client.name })).status).toBe(401);
      expect((await client.ask(undefined, { client_id: 'alone' })).status).toBe(401);
    });

    test.each([['a form', 'application/x-www-form-urlencoded'], ['the seed’s vendor type', VENDOR], ['no type', undefined], ['JSON', 'application/json']])(
      'AD-27 the body may be sent as %s',
      async (_, type) => {
        const client = await newClient(fixture());
        const fields = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.secret };
        const body = type === 'application/json' ? JSON.stringify(fields) : `grant_type=client_credentials&client_id=${client.clientId}&client_secret=${client.secret}`;
        const reply = await fetch(`${fixture().us.region.http}${ACCESS_TOKEN}`, { method: 'POST', headers: type === undefined ? {} : { 'content-type': type }, body: Buffer.from(body) });
        expect(reply.status).toBe(200);
        fixture().secrets.add(((await reply.json()) as Grant).access_token);
      },
    );

    test('AD-28 the answer has the media type of the seed, and is not stored on the way', async () => {
      const client = await newClient(fixture());
      const ok = await client.ask();
      fixture().secrets.add(json<Grant>(ok).access_token);
      const wrong = await client.ask(undefined, { client_secret: 'x' });
      for (const { headers } of [ok, wrong]) expect(headers).toMatchObject({ 'content-type': 'application/vnd.appd.cntrl+json;v=1', 'cache-control': 'no-store', pragma: 'no-cache' });
    });

    test('AD-29 Basic beside the form is optional here, and refused with 401 where it says something else', async () => {
      const client = await newClient(fixture());
      const fields = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.secret };
      const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
      const ask = (headers: Record<string, string>) => postForm(fixture().us, ACCESS_TOKEN, fields, { 'content-type': VENDOR, ...headers });
      const right = await ask(basic(`${client.clientId}:${client.secret}`));
      fixture().secrets.add(json<Grant>(right).access_token);
      expect(right.status).toBe(200);
      for (const text of [`${client.clientId}:wrong`, 'nobody@x:y', 'no colon']) expect((await ask(basic(text))).status).toBe(401);
    });

    test('AD-33 what a token says is nobody’s secret', async () => {
      const client = await newClient(fixture());
      const text = Buffer.from((await client.token()).split('.')[1] ?? '', 'base64url').toString('utf8');
      for (const word of [client.secret, 'password', 'roles', 'Account Owner', 'email']) expect(text).not.toContain(word);
    });

    test('AD-32, AD-36 garbage, tampered and unsigned tokens are denied', async () => {
      const [head = '', body = '', signature = ''] = (await (await newClient(fixture())).token()).split('.');
      const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
      const other = Buffer.from(JSON.stringify({ ...claimsOf(`.${body}`), sub: 'somebody' })).toString('base64url');
      for (const token of ['garbage', '', `${head}.${body}`, `${none}.${body}.`, `${head}.${other}.${signature}`, `${head}.${body}.${'A'.repeat(86)}`]) {
        expect(await isAllowed(fixture().us, token)).toBe(false);
      }
    });

    test('AD-35 deleting a client ends its tokens of both kinds, and it gets no more', async () => {
      const f = fixture();
      const client = await newClient(f);
      const tokens = [await client.token(), (await client.temporary()).access_token];
      expect((await f.us.call('DELETE', client.path, { token: root(f.us) })).status).toBe(204);
      for (const token of tokens) expect(await isAllowed(f.us, token)).toBe(false);
      expect((await client.ask()).status).toBe(401);
      expect((await f.us.call('GET', client.path, { token: root(f.us) })).status).toBe(404);
    });

    test('AD-44 a token from the API is neither shown nor revoked by administrators', async () => {
      const f = fixture();
      const client = await newClient(f);
      const token = await client.token();
      const { jti } = claimsOf(token);
      for (const path of [`${client.path}/temporary-token/revoke`, `${client.path}/tokens/${jti}/revoke`, `${CLIENTS}/${jti}/temporary-token/revoke`]) {
        expect([400, 404]).toContain((await f.us.call('POST', path, { token: root(f.us), body: { jti } })).status);
      }
      expect(await isAllowed(f.us, token)).toBe(true);
    });

    test('AD-45 a token minted in one region counts in all at its first use, and a revocation in one reaches all', async () => {
      const f = fixture();
      const client = await newClient(f, {}, undefined, f.eu);
      for (const minting of f.all) {
        const token = await client.token(minting);
        for (const api of f.all) expect(await isAllowed(api, token)).toBe(true);
      }
      const temporary = (await client.temporary({}, '', f.ap)).access_token;
      const tokens = [await client.token(f.us), await client.token(f.eu), temporary];
      expect((await client.revokeTemporary(f.eu)).status).toBe(204);
      expect(await isAllowed(f.eu, temporary)).toBe(false);
      for (const api of f.all) await until(`${api.region.name} refuses the revoked token`, async () => !(await isAllowed(api, temporary)), { within: 1_000 });
      expect((await f.eu.call('DELETE', client.path, { token: root(f.eu) })).status).toBe(204);
      for (const token of tokens) for (const api of f.all) await until(`${api.region.name} refuses the client’s tokens`, async () => !(await isAllowed(api, token)), { within: 1_000 });
    });

    test('AD-46 a token counts from two minutes before its issue (its other claims are in the forgery table)', async () => {
      const { nbf, iat } = claimsOf(await (await newClient(fixture())).token());
      expect(nbf).toBe(iat - 120);
    });
  });
}
