import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, type JWK, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import type { AclApi } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';
import { until } from '../support/until.ts';
import { claimsOf, isAllowed, newClient, postForm, root, type TestClient } from './client.ts';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const GRANT = { grant_type: 'client_credentials' };

interface TokenJson {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly scope?: string;
  readonly issued_token_type?: string;
  readonly error?: string;
}

/** What the standards demand, each by its section (specs/security-rules.md section 1). */
export function standardsSuite(fixture: () => Fixture): void {
  const post = (client: TestClient, path: string, fields: Record<string, string | undefined>, api = fixture().us, headers = client.basic()): Promise<Reply> =>
    postForm(api, path, fields, headers);
  const granted = async (reply: Reply): Promise<TokenJson> => {
    expect(reply.status, reply.text).toBe(200);
    const grant = json<TokenJson>(reply);
    fixture().secrets.add(grant.access_token);
    return grant;
  };
  const errorOf = (reply: Reply): readonly [number, string | undefined] => [reply.status, json<TokenJson>(reply).error];

  describe('the standards', () => {
    test('RFC 6749 2.3.1 a client may authenticate by Basic, form-encoded, or in the body, and by one of them only', async () => {
      const client = await newClient(fixture(), { name: 'a client+100%@x' });
      await granted(await post(client, '/oauth2/token', GRANT));
      const fields = { client_id: client.clientId, client_secret: client.secret };
      await granted(await postForm(fixture().us, '/oauth2/token', { ...GRANT, ...fields }));
      expect(errorOf(await post(client, '/oauth2/token', { ...GRANT, ...fields }))).toEqual([400, 'invalid_request']);
    });

    test('RFC 6749 2.3.1, 3.2 the endpoint takes POST only, and nothing in the URI', async () => {
      const client = await newClient(fixture());
      expect((await fixture().us.call('GET', '/oauth2/token')).status).toBe(404);
      expect(errorOf(await post(client, `/oauth2/token?client_secret=x`, GRANT))).toEqual([400, 'invalid_request']);
    });

    test('RFC 6749 3.2 a parameter that comes twice is refused', async () => {
      const client = await newClient(fixture());
      const body = 'grant_type=client_credentials&grant_type=client_credentials';
      const headers = { ...client.basic(), 'content-type': 'application/x-www-form-urlencoded' };
      expect(errorOf(await fixture().us.call('POST', '/oauth2/token', { headers, body }))).toEqual([400, 'invalid_request']);
    });

    test('RFC 6749 5.1, 4.4.3 an answer with a token is not stored, tells its life and type, and holds no refresh token', async () => {
      const client = await newClient(fixture());
      const reply = await post(client, '/oauth2/token', GRANT);
      const grant = await granted(reply);
      expect(reply.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
      expect(Object.keys(grant).sort()).toEqual(['access_token', 'expires_in', 'token_type']);
      expect([grant.token_type, grant.expires_in]).toEqual(['Bearer', 300]);
    });

    test('RFC 6749 5.2 errors have the names, the statuses and the challenge of the standard', async () => {
      const client = await newClient(fixture());
      const wrong = await post(client, '/oauth2/token', GRANT, undefined, { authorization: `Basic ${Buffer.from('nobody:x').toString('base64')}` });
      expect([errorOf(wrong), wrong.headers['www-authenticate']]).toEqual([[401, 'invalid_client'], expect.stringMatching(/^Basic /)]);
      expect(errorOf(await postForm(fixture().us, '/oauth2/token', GRANT))).toEqual([401, 'invalid_client']);
      expect(errorOf(await post(client, '/oauth2/token', {}))).toEqual([400, 'invalid_request']);
      expect(errorOf(await post(client, '/oauth2/token', { grant_type: 'authorization_code' }))).toEqual([400, 'unsupported_grant_type']);
      expect(errorOf(await post(client, '/oauth2/token', { ...GRANT, scope: 'No%20Such' }))).toEqual([400, 'invalid_scope']);
    });

    test('RFC 9700 2.4 there is no password grant', async () => {
      const client = await newClient(fixture());
      expect(errorOf(await post(client, '/oauth2/token', { grant_type: 'password', username: 'a', password: 'b' }))).toEqual([400, 'unsupported_grant_type']);
    });

    test('RFC 6749 3.3 a scope limits a token to some of its client’s roles, and is told', async () => {
      const client = await newClient(fixture(), { roles: ['Account Owner', 'DB Monitoring User'] });
      const grant = await granted(await post(client, '/oauth2/token', { ...GRANT, scope: 'DB%20Monitoring%20User' }));
      expect(grant.scope).toBe('DB%20Monitoring%20User');
      const verdict = await fixture().eu.call('POST', '/v1/validate', { body: { credential: { dialect: 'oauth', value: grant.access_token } } });
      expect(json(verdict)).toMatchObject({ principal: { roles: ['DB Monitoring User'] } });
    });

    test('RFC 7662 2.2 introspection tells about a live token of the account, and of all others nothing at all', async () => {
      const client = await newClient(fixture());
      const sibling = await newClient(fixture(), {}, client.account);
      const stranger = await newClient(fixture());
      const token = await client.token();
      const about = async (asking: TestClient, value: string): Promise<unknown> => json(await post(asking, '/oauth2/introspect', { token: value }));
      expect(await about(client, token)).toMatchObject({ active: true, client_id: client.clientId, token_type: 'Bearer', jti: claimsOf(token).jti });
      expect(await about(sibling, token)).toMatchObject({ active: true });
      for (const value of [token, 'garbage', `${token}x`]) expect(await about(stranger, value)).toEqual({ active: false });
      const administrator = await fixture().us.call('POST', '/oauth2/introspect', { token: root(fixture().us), headers: { 'content-type': 'text/plain' }, body: `token=${token}` });
      expect(json(administrator)).toMatchObject({ active: true });
      await post(client, '/oauth2/revoke', { token });
      expect(await about(client, token)).toEqual({ active: false });
    });

    test('RFC 7662 2.1 introspection needs an authenticated caller and a token', async () => {
      const client = await newClient(fixture());
      expect(errorOf(await postForm(fixture().us, '/oauth2/introspect', { token: 'x' }))).toEqual([401, 'invalid_client']);
      expect(errorOf(await post(client, '/oauth2/introspect', {}))).toEqual([400, 'invalid_request']);
    });

    test('RFC 7009 2.1, 2.2 a client revokes its own tokens in every region, not another’s, and an invalid one is as good as revoked', async () => {
      const client = await newClient(fixture());
      const other = await newClient(fixture(), {}, client.account);
      const token = await client.token();
      expect(errorOf(await post(other, '/oauth2/revoke', { token }))).toEqual([400, 'invalid_grant']);
      expect(await isAllowed(fixture().eu, token)).toBe(true);
      expect((await post(client, '/oauth2/revoke', { token, token_type_hint: 'refresh_token' }, fixture().eu)).status).toBe(200);
      expect(await isAllowed(fixture().eu, token)).toBe(false);
      for (const api of fixture().all) await until(`${api.region.name} refuses it`, async () => !(await isAllowed(api, token)), { within: 1_000 });
      for (const value of [token, 'garbage']) expect((await post(client, '/oauth2/revoke', { token: value })).status).toBe(200);
    });

    test('RFC 8693 2 a token is exchanged for a narrower one: never more roles, never a longer life, and it ends with the first', async () => {
      const client = await newClient(fixture(), { roles: ['Account Owner', 'DB Monitoring User'], defaultExpirationSeconds: 100 });
      const exchange = (subject: string, more: Record<string, string> = {}) =>
        post(client, '/oauth2/token', { grant_type: EXCHANGE, subject_token: subject, subject_token_type: ACCESS_TOKEN, ...more });
      const { access_token: whole } = await granted(await post(client, '/oauth2/token', GRANT));
      await client.update({ defaultExpirationSeconds: 10_000 });
      const narrow = await granted(await exchange(whole, { scope: 'DB%20Monitoring%20User' }));
      expect([narrow.issued_token_type, narrow.scope]).toEqual([ACCESS_TOKEN, 'DB%20Monitoring%20User']);
      expect(claimsOf(narrow.access_token).exp).toBeLessThanOrEqual(claimsOf(whole).exp);
      expect(errorOf(await exchange(narrow.access_token, { scope: 'Account%20Owner' }))).toEqual([400, 'invalid_scope']);
      expect((await granted(await exchange(narrow.access_token))).scope).toBe('DB%20Monitoring%20User');
      expect(errorOf(await exchange(whole, { audience: 'https://nobody.example' }))).toEqual([400, 'invalid_target']);
      expect(errorOf(await exchange('garbage'))).toEqual([400, 'invalid_request']);
      const foreign = await (await newClient(fixture(), {}, client.account)).token();
      expect(errorOf(await exchange(foreign))).toEqual([400, 'invalid_request']);
      await post(client, '/oauth2/revoke', { token: whole });
      expect(await isAllowed(fixture().us, narrow.access_token)).toBe(false);
    });

    test('RFC 7523 3 a client may sign in by an assertion: once, in whatever region, for this issuer, and not for long', async () => {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const client = await newClient(fixture(), { jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] } });
      const issuer = await issuerOf(fixture().us);
      const ask = (assertion: string, api = fixture().us) =>
        postForm(api, '/oauth2/token', { ...GRANT, client_assertion_type: ASSERTION, client_assertion: assertion });
      const make = async (claims: object = {}): Promise<string> => {
        const made = await assertionBy(privateKey, { iss: client.clientId, sub: client.clientId, aud: issuer, jti: randomUUID(), exp: now() + 60, ...claims });
        fixture().secrets.add(made);
        return made;
      };
      const assertion = await make();
      await granted(await ask(assertion));
      for (const api of fixture().all) expect(errorOf(await ask(assertion, api))).toEqual([401, 'invalid_client']);
      await granted(await ask(await make(), fixture().eu));
      for (const claims of [{ aud: 'https://other.example' }, { exp: now() - 1 }, { exp: now() + 86_400 }, { sub: 'somebody@else' }, { jti: undefined }]) {
        expect(errorOf(await ask(await make(claims)))).toEqual([401, 'invalid_client']);
      }
      const stranger = generateKeyPairSync('ed25519').privateKey;
      const forged = await assertionBy(stranger, { iss: client.clientId, sub: client.clientId, aud: issuer, jti: randomUUID(), exp: now() + 60 });
      expect(errorOf(await ask(forged))).toEqual([401, 'invalid_client']);
    });

    test('RFC 9449 5, 7.2 a token of a bound client needs a proof, carries its key, and is no bearer token', async () => {
      const client = await newClient(fixture(), { dpop: true });
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const jwk = publicKey.export({ format: 'jwk' }) as JWK;
      const url = `${fixture().us.region.http}/oauth2/token`;
      const proof = (htu: string, jti: string = randomUUID()) =>
        new SignJWT({ jti, htm: 'POST', htu }).setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk }).setIssuedAt().sign(privateKey);
      expect(errorOf(await post(client, '/oauth2/token', GRANT))).toEqual([400, 'invalid_dpop_proof']);
      const once = await proof(url);
      const grant = await granted(await post(client, '/oauth2/token', GRANT, undefined, { ...client.basic(), dpop: once }));
      expect([grant.token_type, claimsOf(grant.access_token).cnf]).toEqual(['DPoP', { jkt: await calculateJwkThumbprint(jwk) }]);
      expect(await isAllowed(fixture().us, grant.access_token)).toBe(false);
      expect(json(await post(client, '/oauth2/introspect', { token: grant.access_token }))).toMatchObject({ active: true, token_type: 'DPoP' });
      expect(errorOf(await post(client, '/oauth2/token', GRANT, undefined, { ...client.basic(), dpop: once }))).toEqual([400, 'invalid_dpop_proof']);
      const elsewhere = await proof('https://elsewhere.example/oauth2/token');
      expect(errorOf(await post(client, '/oauth2/token', GRANT, undefined, { ...client.basic(), dpop: elsewhere }))).toEqual([400, 'invalid_dpop_proof']);
    });

    test('RFC 8414 3 the metadata name this issuer and its endpoints; the key set may be kept for a while and is revalidated by its ETag', async () => {
      const { us, eu } = fixture();
      const metadata = json<Record<string, unknown>>(await us.call('GET', '/.well-known/oauth-authorization-server'));
      expect(metadata).toMatchObject({ issuer: us.region.http, token_endpoint: `${us.region.http}/oauth2/token`, jwks_uri: `${us.region.http}/.well-known/jwks.json` });
      expect(json(await eu.call('GET', '/.well-known/oauth-authorization-server'))).toEqual(metadata);
      const first = await until('every region has published its keys', async () => {
        const reply = await eu.call('GET', '/.well-known/jwks.json');
        return json<{ keys: unknown[] }>(reply).keys.length === 6 && reply;
      });
      expect(first.headers['cache-control']).toBe('public, max-age=300');
      const again = await eu.call('GET', '/.well-known/jwks.json', { headers: { 'if-none-match': first.headers.etag ?? '' } });
      expect([again.status, again.text]).toEqual([304, '']);
      expect(first.text).not.toContain('"d":');
    });

    test('RFC 6585 4 too many failures of a source are told to wait, while whoever has the right secret is served', async () => {
      const f = fixture();
      const [victim, attacked] = [await newClient(f), f.ap];
      await until('the region knows the client', async () => (await victim.ask(attacked)).status === 200);
      const wrong = Array.from({ length: 70 }, () => randomUUID());
      for (const secret of wrong) f.secrets.add(secret);
      const guesses = await Promise.all(wrong.map((secret) => victim.ask(attacked, { client_secret: secret })));
      const limited = guesses.filter(({ status }) => status === 429);
      expect(new Set(guesses.map(({ status }) => status))).toEqual(new Set([401, 429]));
      expect(Number(limited[0]?.headers['retry-after'])).toBeGreaterThan(0);
      expect((await victim.ask(attacked)).status).toBe(200);
    });
  });
}

function now(): number {
  return Math.floor(Date.now() / 1_000);
}

async function issuerOf(api: AclApi): Promise<string> {
  return json<{ issuer: string }>(await api.call('GET', '/.well-known/oauth-authorization-server')).issuer;
}

function assertionBy(key: KeyObject, claims: object): Promise<string> {
  const said = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  return new SignJWT(said).setProtectedHeader({ alg: 'EdDSA', kid: 'one' }).sign(key);
}
