import { describe, expect, test } from 'vitest';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { AclApi } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';
import { until } from '../support/until.ts';
import { ACCESS_TOKEN as ACCESS_TOKEN_PATH, claimsOf, isAllowed, newClient, postForm, root, type TestClient } from './client.ts';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const GRANT = { grant_type: 'client_credentials' };
const NEVER_STORED = { 'cache-control': 'no-store', pragma: 'no-cache' };

interface Jwk {
  readonly kid: string;
  readonly [member: string]: unknown;
}

/** The rest of what the standards demand, one test for each rule (the more elaborate ones are in `standards.ts`). */
export function ruleSuite(fixture: () => Fixture): void {
  const post = (client: TestClient, path: string, fields: Record<string, string | undefined>, api: AclApi = fixture().us): Promise<Reply> => postForm(api, path, fields, client.basic());
  const errorOf = (reply: Reply): readonly [number, string | undefined] => [reply.status, json<{ error?: string }>(reply).error];
  const granted = async (client: TestClient, fields: Record<string, string> = {}): Promise<string> => {
    const reply = await post(client, '/oauth2/token', { ...GRANT, ...fields });
    expect(reply.status, reply.text).toBe(200);
    const { access_token: token } = json<{ access_token: string }>(reply);
    fixture().secrets.add(token);
    return token;
  };
  const keysAt = async (api: AclApi): Promise<readonly Jwk[]> => json<{ keys: Jwk[] }>(await api.call('GET', '/.well-known/jwks.json')).keys;

  describe('rules of the standards', () => {
    test('RFC 6749 10.10 secrets and token ids have 128 random bits, each of which varies', async () => {
      const client = await newClient(fixture());
      const secrets = [client.secret];
      // One after the other: of two that rotate at once one is told to try again.
      while (secrets.length < 24) {
        const reply = await fixture().us.call('POST', `${client.path}/secret`, { token: root(fixture().us), body: {} });
        expect(reply.status, reply.text).toBe(200);
        const { clientSecret = '' } = json<{ clientSecret?: string }>(reply);
        fixture().secrets.add(clientSecret);
        client.secret = clientSecret;
        secrets.push(clientSecret);
      }
      const ids = await Promise.all(Array.from({ length: 24 }, async () => claimsOf(await client.token()).jti));
      const bitsOf = (bytes: readonly Buffer[]): number =>
        Array.from({ length: 128 }, (_, bit) => new Set(bytes.map((value) => ((value[bit >> 3] ?? 0) >> (bit & 7)) & 1)).size).filter((values) => values === 2).length;
      expect(bitsOf(secrets.map((value) => Buffer.from(value.replaceAll('-', ''), 'hex')))).toBe(128);
      expect(bitsOf(ids.map((value) => Buffer.from(value, 'base64url')))).toBe(128);
    });

    test.each(['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke', ACCESS_TOKEN_PATH])('RFC 6749 2.3.1, RFC 7662 2.1, RFC 7009 2.1 nothing of a request to %s stands in its URI', async (path) => {
      const client = await newClient(fixture());
      for (const query of [`client_secret=${client.secret}`, `token=x`]) expect(errorOf(await post(client, `${path}?${query}`, { ...GRANT, token: 'x' }))).toEqual([400, 'invalid_request']);
      for (const method of ['GET', 'PUT', 'DELETE']) expect((await fixture().us.call(method, path)).status).toBe(404);
    });

    test.each(['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke', ACCESS_TOKEN_PATH])('RFC 6749 3.2 no parameter of %s may come twice', async (path) => {
      const client = await newClient(fixture());
      const fields = { ...GRANT, client_id: client.clientId, client_secret: client.secret, token: 'x', scope: 'Account%20Owner' };
      for (const name of Object.keys(fields) as (keyof typeof fields)[]) {
        const body = `${new URLSearchParams(fields)}&${new URLSearchParams({ [name]: fields[name] })}`;
        const reply = await fixture().us.call('POST', path, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });
        expect([name, ...errorOf(reply)]).toEqual([name, 400, 'invalid_request']);
      }
    });

    test('RFC 6749 5.1 nothing that holds a token or a secret is stored on the way, whichever endpoint it comes from', async () => {
      const client = await newClient(fixture());
      const token = await granted(client);
      const admin = (path: string): Promise<Reply> => fixture().us.call('POST', `${client.path}${path}`, { token: root(fixture().us), body: {} });
      const replies = [
        await post(client, '/oauth2/token', GRANT),
        await post(client, '/oauth2/token', { grant_type: EXCHANGE, subject_token: token, subject_token_type: ACCESS_TOKEN }),
        await postForm(fixture().us, ACCESS_TOKEN_PATH, { ...GRANT, client_id: client.clientId, client_secret: client.secret }),
        await admin('/temporary-token'),
        await admin('/temporary-token/regenerate'),
        await admin('/secret'),
      ];
      for (const reply of replies) {
        expect([reply.status, reply.headers]).toEqual([200, expect.objectContaining(NEVER_STORED)]);
        const { access_token: made, clientSecret } = json<{ access_token?: string; clientSecret?: string }>(reply);
        fixture().secrets.add(made ?? clientSecret ?? '');
        expect(made ?? clientSecret).toEqual(expect.any(String));
      }
    });

    test('RFC 6749 3.2 a parameter without a value is as good as absent, and an unknown one is ignored', async () => {
      const client = await newClient(fixture());
      expect(claimsOf(await granted(client, { scope: '', unknown: 'x' })).scope).toBeUndefined();
      expect(errorOf(await post(client, '/oauth2/token', { grant_type: '' }))).toEqual([400, 'invalid_request']);
    });

    test('RFC 6749 5.2 a client that used Authorization is answered with its scheme, at all three endpoints; an error’s text has the characters that may be in it', async () => {
      const client = await newClient(fixture());
      const wrong = { authorization: `Basic ${Buffer.from(`${client.name}:x`).toString('base64')}` };
      for (const path of ['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke']) {
        const reply = await postForm(fixture().us, path, { ...GRANT, token: 'x' }, wrong);
        expect([errorOf(reply), reply.headers['www-authenticate']]).toEqual([[401, 'invalid_client'], expect.stringMatching(/^Basic /)]);
        expect(reply.headers).toMatchObject(NEVER_STORED);
      }
      const odd = await post(client, '/oauth2/token', { ...GRANT, scope: 'a"\\é' });
      expect(json<{ error_description: string }>(odd).error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/);
    });

    test('RFC 7662 2.2 an expired token is inactive and nothing else; the answer is not stored, so none outlives the token', async () => {
      const client = await newClient(fixture(), { defaultExpirationSeconds: 1 });
      const token = await granted(client);
      const expired = await until('it is inactive', async () => {
        const reply = await post(client, '/oauth2/introspect', { token });
        return json<{ active: boolean }>(reply).active === false && reply;
      }, { within: 3_000 });
      expect(json(expired)).toEqual({ active: false });
      expect(expired.headers).toMatchObject(NEVER_STORED);
    });

    test('RFC 7662 2.1 the type hint is ignored where it is wrong, and introspection tells who and until when as the token does', async () => {
      const client = await newClient(fixture());
      const token = await granted(client);
      const { exp, iat, iss, aud, sub } = claimsOf(token);
      expect(json(await post(client, '/oauth2/introspect', { token, token_type_hint: 'refresh_token' }))).toMatchObject({ active: true, exp, iat, iss, aud, sub });
    });

    test('RFC 7662 4 who guesses clients at introspection is told to wait', async () => {
      const client = await newClient(fixture());
      const api = fixture().ap;
      await until('the region knows the client', async () => (await post(client, '/oauth2/introspect', { token: 'x' }, api)).status === 200);
      const guesses = await Promise.all(Array.from({ length: 130 }, () => postForm(api, '/oauth2/introspect', { token: 'x', client_id: client.clientId, client_secret: crypto.randomUUID() })));
      const limited = guesses.filter(({ status }) => status === 429);
      expect(Number(limited[0]?.headers['retry-after'])).toBeGreaterThan(0);
      expect((await post(client, '/oauth2/introspect', { token: 'x' }, api)).status).toBe(200);
    });

    test('RFC 7009 2.1 an unknown type hint hinders no revocation, and without a token or a client there is none', async () => {
      const client = await newClient(fixture());
      const token = await granted(client);
      expect(errorOf(await post(client, '/oauth2/revoke', {}))).toEqual([400, 'invalid_request']);
      expect(errorOf(await postForm(fixture().us, '/oauth2/revoke', { token }))).toEqual([401, 'invalid_client']);
      expect(await isAllowed(fixture().us, token)).toBe(true);
      expect((await post(client, '/oauth2/revoke', { token, token_type_hint: 'nobody_knows' })).status).toBe(200);
      expect(await isAllowed(fixture().us, token)).toBe(false);
    });

    test('RFC 8414 2, 3.3 the issuer of the metadata is byte for byte that of the tokens of every region, and has neither query nor fragment', async () => {
      const client = await newClient(fixture());
      for (const api of fixture().all) {
        const { issuer, ...endpoints } = json<{ issuer: string; [name: string]: unknown }>(await api.call('GET', '/.well-known/oauth-authorization-server'));
        expect(claimsOf(await client.token(api)).iss).toBe(issuer);
        expect(issuer).toBe(new URL(issuer).origin);
        expect(endpoints).toMatchObject({
          grant_types_supported: ['client_credentials', EXCHANGE],
          token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
          introspection_endpoint: `${issuer}/oauth2/introspect`,
          revocation_endpoint: `${issuer}/oauth2/revoke`,
          dpop_signing_alg_values_supported: expect.arrayContaining(['ES256', 'EdDSA']),
        });
        expect(JSON.stringify(endpoints)).not.toMatch(/"none"|HS256/);
      }
    });

    test('RFC 9068 2.1, 2.2 a token says its type and is signed, and has every claim that is required; it stands for its client', async () => {
      const client = await newClient(fixture());
      for (const token of [await granted(client), (await client.temporary()).access_token]) {
        const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as Record<string, unknown>;
        expect(header).toMatchObject({ typ: 'at+jwt', alg: 'EdDSA', kid: expect.any(String) });
        const claims = claimsOf(token);
        for (const name of ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti']) expect(claims, name).toHaveProperty(name);
        expect([claims.sub, claims.client_id]).toEqual([client.name, client.clientId]);
      }
    });

    test('RFC 7519 4.1.4, 4.1.6 times are whole seconds that are not ahead of the clock', async () => {
      const client = await newClient(fixture());
      const { iat, nbf, exp } = claimsOf(await granted(client));
      expect([iat, nbf, exp].every(Number.isInteger)).toBe(true);
      expect(iat).toBeLessThanOrEqual(Date.now() / 1_000);
      expect(exp - iat).toBe(300);
    });

    test('RFC 7517 5, RFC 8725 3.1 every published key is of one algorithm, for signatures, and public', async () => {
      const keys = await keysAt(fixture().eu);
      expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
      for (const key of keys) {
        expect(key).toMatchObject({ alg: 'EdDSA', use: 'sig', kty: 'OKP', crv: 'Ed25519' });
        for (const secret of ['d', 'p', 'q', 'k']) expect(key).not.toHaveProperty(secret);
      }
    });

    test('RFC 8693 2.1, 2.2 an exchange needs the token and its type, answers with the type that it issued, and acts for nobody else', async () => {
      const client = await newClient(fixture());
      const token = await granted(client);
      const ask = (fields: Record<string, string | undefined>): Promise<Reply> => post(client, '/oauth2/token', { grant_type: EXCHANGE, subject_token: token, subject_token_type: ACCESS_TOKEN, ...fields });
      for (const fields of [{ subject_token: undefined }, { subject_token_type: undefined }, { subject_token_type: 'x' }, { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }, { actor_token: token, actor_token_type: ACCESS_TOKEN }]) {
        expect(errorOf(await ask(fields))).toEqual([400, 'invalid_request']);
      }
      const reply = await ask({});
      fixture().secrets.add(json<{ access_token: string }>(reply).access_token);
      expect([reply.headers['cache-control'], json(reply)]).toMatchObject(['no-store', { issued_token_type: ACCESS_TOKEN, token_type: 'Bearer' }]);
    });

    test('RFC 9700 2.1.2, 2.4 neither implicit nor password nor code grants are there', async () => {
      const client = await newClient(fixture());
      for (const grant of ['implicit', 'password', 'authorization_code', 'refresh_token']) {
        expect(errorOf(await post(client, '/oauth2/token', { grant_type: grant, username: 'a', password: 'b', code: 'c', refresh_token: 'd' }))).toEqual([400, 'unsupported_grant_type']);
      }
    });

    test('RFC 9110 5.3 a header Authorization that comes twice authenticates nobody', async () => {
      const client = await newClient(fixture());
      const { authorization = '' } = client.basic();
      const { hostname, port } = new URL(fixture().us.region.http);
      const socket = connect(Number(port), hostname);
      const body = 'grant_type=client_credentials';
      const lines = ['POST /oauth2/token HTTP/1.1', `Host: ${hostname}`, 'Authorization: Basic eDp5', `Authorization: ${authorization}`, 'Content-Type: application/x-www-form-urlencoded', `Content-Length: ${body.length}`, 'Connection: close'];
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 40[01] /);
    });
  });
}
