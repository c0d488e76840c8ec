import { validator } from '@mintmark/client';
import { createRemoteJWKSet, customFetch, decodeProtectedHeader, exportJWK, generateKeyPair, type GenerateKeyPairResult, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AclApi, named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { type Ask, json, type Reply } from '../support/http.ts';
import { BY_PROXY, httpsProxy, type OverHttps } from '../support/https.ts';
import { until } from '../support/until.ts';
import { succeeds } from '../people/people.ts';
import { validatorOf } from '../sdk/support.ts';
import { ACCESS_TOKEN, CLIENTS, claimsOf, type ClientJson } from './client.ts';

/** What the processes of these tests are told: the issuer stands behind the proxy, vouches for another API too, and signs with RSA. */
const OTHER_API = 'https://api.example';
export const BEHIND_PROXY = { MINTMARK_ISSUER_URL: 'https://mint.example/acme', MINTMARK_AUDIENCES: `AppD_APIs,${OTHER_API}` };
export const SIGNED_WITH_RSA = { MINTMARK_SIGNING_ALGORITHM: 'RS256', MINTMARK_SIGNING_KEY_PUBLISH_AHEAD: '1s' };
export const LIMITED = { MINTMARK_OAUTH_SOURCE_RATE: '60', MINTMARK_OAUTH_CLIENT_RATE: '40' };
const ISSUER = new URL(BEHIND_PROXY.MINTMARK_ISSUER_URL);
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** The protocol over https only, with the algorithm that every server has to know. */
export function oauthHttpsSuite(fixture: () => Fixture, https: OverHttps): void {
  let own: oauth.Client;
  let client: ClientJson;
  let key: GenerateKeyPairResult;
  beforeAll(async () => {
    const token = await https.root();
    const account = named('account');
    key = await generateKeyPair('RS256', { extractable: true, modulusLength: 3_072 });
    const jwks = { keys: [{ ...(await exportJWK(key.publicKey)), kid: 'mine', alg: 'RS256' }] };
    const admin = (path: string, body: object): Promise<Reply> => https.call(fixture().us, 'POST', path, { token, body });
    succeeds(await admin('/v1/organizations', { name: account, alias: account }), 201);
    client = json<ClientJson>(succeeds(await admin(CLIENTS, { name: 'Web', account, roles: ['Account Owner'], jwks }), 201));
    fixture().secrets.add(client.clientSecret ?? '');
    own = { client_id: `Web@${account}` };
  }, 60_000);

  /** As the proxy of a region hands on what comes to the issuer's URL. */
  const proxied = (api: AclApi) => (url: string, options: RequestInit): Promise<Response> => {
    const { origin, pathname } = new URL(url);
    expect(origin).toBe(ISSUER.origin);
    const path = pathname.startsWith('/.well-known/oauth') ? pathname : pathname.replace(/^\/acme/, '');
    return fetch(`${api.region.http}${path}`, { ...options, headers: { ...Object.fromEntries(new Headers(options.headers)), ...BY_PROXY } });
  };
  const through = (api: AclApi) => ({ [oauth.customFetch]: proxied(api) as never });
  const discovered = async (api: AclApi): Promise<oauth.AuthorizationServer> =>
    oauth.processDiscoveryResponse(ISSUER, await oauth.discoveryRequest(ISSUER, { algorithm: 'oauth2', ...through(api) }));
  const granted = async (api: AclApi, auth: oauth.ClientAuth = oauth.ClientSecretBasic(client.clientSecret ?? '')): Promise<string> => {
    const server = await discovered(api);
    const response = await oauth.clientCredentialsGrantRequest(server, own, auth, new URLSearchParams(), through(api));
    const { access_token: token } = await oauth.processClientCredentialsResponse(server, own, response);
    fixture().secrets.add(token);
    return token;
  };
  const formAt = (api: AclApi, path: string, fields: Record<string, string>, more: Ask = {}): Promise<Reply> =>
    api.call('POST', path, { ...more, headers: { ...FORM, ...more.headers }, body: new URLSearchParams(fields).toString() });

  describe('API clients and signed tokens where https is required', () => {
    test.each(['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke', ACCESS_TOKEN])('RFC 6749 2.3.1, 3.2 %s refuses plain http in the words of the protocol, in every region, and does nothing', async (path) => {
      const credentials = { grant_type: 'client_credentials', client_id: own.client_id, client_secret: client.clientSecret ?? '' };
      const token = await granted(fixture().us);
      for (const api of fixture().all) {
        for (const headers of [{}, { 'x-forwarded-proto': 'http' }, { 'x-forwarded-proto': 'https, http' }]) {
          const reply = await formAt(api, path, { ...credentials, token }, { headers });
          expect([reply.status, json(reply)]).toEqual([403, { error: 'invalid_request', error_description: expect.stringContaining('https') }]);
          expect(reply.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
        }
      }
      const verdict = await https.call(fixture().us, 'POST', '/v1/validate', { body: { credential: { dialect: 'oauth', value: token } } });
      expect(json(verdict)).toMatchObject({ verdict: 'allow' });
      expect((await formAt(fixture().us, path, { ...credentials, token }, { headers: BY_PROXY })).status).toBe(200);
    });

    test('RFC 8414 2, 3.3 the metadata and the keys are there over https only, and every endpoint they name is https', async () => {
      for (const api of fixture().all) {
        for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/jwks.json', CLIENTS]) expect((await api.call('GET', path)).status).toBe(403);
        const server = await discovered(api);
        expect(server.issuer).toBe(ISSUER.href);
        for (const endpoint of [server.token_endpoint, server.introspection_endpoint, server.revocation_endpoint, server.jwks_uri]) expect(endpoint).toMatch(/^https:\/\/mint\.example\/acme\//);
      }
    });

    test('RFC 9068 2.1, 4 oauth4webapi and jose verify the RS256 tokens of every region by the key set of each', async () => {
      for (const minting of fixture().all) {
        const token = await granted(minting);
        for (const api of fixture().all) {
          await until(`${api.region.name} has published the key of ${minting.region.name}`, async () => keysOf(await https.call(api, 'GET', '/.well-known/jwks.json')).length === 6);
          const server = await discovered(api);
          const request = new Request(`${ISSUER.origin}/anything`, { headers: { authorization: `Bearer ${token}` } });
          const claims = await oauth.validateJwtAccessToken(server, request, 'AppD_APIs', { ...through(api), signingAlgorithms: ['RS256'] });
          expect(claims.client_id).toBe(own.client_id);
          const keys = createRemoteJWKSet(new URL(server.jwks_uri ?? ''), { [customFetch]: proxied(api) as never });
          const { protectedHeader } = await jwtVerify(token, keys, { issuer: ISSUER.href, audience: 'AppD_APIs', typ: 'at+jwt', algorithms: ['RS256'] });
          expect(protectedHeader).toEqual({ kid: expect.any(String), alg: 'RS256', typ: 'at+jwt' });
          const verdict = await https.call(api, 'POST', '/v1/validate', { body: { credential: { dialect: 'oauth', value: token } } });
          expect(json(verdict)).toMatchObject({ verdict: 'allow', principal: { subject: `client:${client.id}` } });
        }
      }
    });

    test('RFC 7518 3.3, 6.3.1 the published RSA keys have 3,072 bits, their algorithm and no private member', async () => {
      for (const jwk of keysOf(await https.call(fixture().us, 'GET', '/.well-known/jwks.json'))) {
        expect(Object.keys(jwk).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
        expect([jwk.kty, jwk.alg, jwk.use, Buffer.from(jwk.n ?? '', 'base64url').length * 8]).toEqual(['RSA', 'RS256', 'sig', 3_072]);
      }
    });

    test('RFC 7523 2.2 oauth4webapi signs in with an RS256 assertion, which the metadata name, and asks about and revokes its token', async () => {
      const { us } = fixture();
      const server = await discovered(us);
      for (const endpoint of ['token', 'introspection', 'revocation']) expect(server[`${endpoint}_endpoint_auth_signing_alg_values_supported`]).toContain('RS256');
      const proof = oauth.PrivateKeyJwt({ key: key.privateKey, kid: 'mine' });
      const token = await granted(us, proof);
      const about = async () => oauth.processIntrospectionResponse(server, own, await oauth.introspectionRequest(server, own, proof, token, through(us)));
      expect(await about()).toMatchObject({ active: true, sub: 'Web', iss: ISSUER.href });
      await oauth.processRevocationResponse(await oauth.revocationRequest(server, own, proof, token, through(us)));
      expect(await about()).toEqual({ active: false });
    });

    test('RFC 9068 4 a client of ours that stands in another process verifies RS256 by itself: a token that is altered never reaches the region', async () => {
      const token = await granted(fixture().us);
      const [head, , signature] = token.split('.');
      const altered = Buffer.from(JSON.stringify({ ...claimsOf(token), sub: 'root' })).toString('base64url');
      await using proxy = await httpsProxy(fixture().us.region.http);
      await using local = await validatorOf({ ...fixture().us.region, http: proxy.url });
      const forged = { dialect: 'oauth', value: `${head}.${altered}.${signature}` } as const;
      await using alone = validator({ http: proxy.url, grpc: '127.0.0.1:1', askWithinMs: 100 });
      expect(await alone.check(forged)).toEqual({ verdict: 'deny', reason: 'unknown' });
      expect(await alone.check({ ...forged, value: token })).toEqual({ verdict: 'unknown', reason: 'unavailable' });
      expect(await local.check(forged)).toEqual({ verdict: 'deny', reason: 'unknown' });
      expect(await local.check({ ...forged, value: token })).toMatchObject({ verdict: 'allow', principal: { subject: `client:${client.id}` } });
    });

    test('RFC 8707 2, RFC 9068 4 a token for another audience is not taken here, and is by whom it is for', async () => {
      const { us, all } = fixture();
      const credentials = { grant_type: 'client_credentials', client_id: own.client_id, client_secret: client.clientSecret ?? '' };
      const reply = await formAt(us, '/oauth2/token', { ...credentials, resource: OTHER_API }, { headers: BY_PROXY });
      const { access_token: token } = json<{ access_token: string }>(succeeds(reply, 200));
      fixture().secrets.add(token);
      expect(claimsOf(token).aud).toBe(OTHER_API);
      for (const api of all) {
        const verdict = await https.call(api, 'POST', '/v1/validate', { body: { credential: { dialect: 'oauth', value: token } } });
        expect(json(verdict)).toMatchObject({ verdict: 'deny' });
      }
      const server = await discovered(us);
      const request = () => new Request(OTHER_API, { headers: { authorization: `Bearer ${token}` } });
      expect((await oauth.validateJwtAccessToken(server, request(), OTHER_API, { ...through(us), signingAlgorithms: ['RS256'] })).client_id).toBe(own.client_id);
      await expect(oauth.validateJwtAccessToken(server, request(), 'AppD_APIs', { ...through(us), signingAlgorithms: ['RS256'] })).rejects.toThrow(/aud/);
      const about = await formAt(us, '/oauth2/introspect', { ...credentials, token }, { headers: BY_PROXY });
      expect(json(about)).toMatchObject({ active: true, aud: OTHER_API });
    });

    test('RFC 6585 4 sources and clients are limited apart: who asks too often is told to wait, and nobody else is', async () => {
      const { us } = fixture();
      const ask = (source: string, grant = 'client_credentials'): Promise<Reply> =>
        formAt(us, '/oauth2/token', { grant_type: grant, client_id: own.client_id, client_secret: client.clientSecret ?? '' }, { headers: { ...BY_PROXY, 'x-forwarded-for': source } });
      const flood = Array.from({ length: 90 }, () => ask('203.0.113.7', 'password'));
      const other = ask('203.0.113.8');
      const answers = await Promise.all(flood);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400, 429]));
      const limited = answers.filter(({ status }) => status === 429);
      expect([limited.length >= 1, Number(limited[0]?.headers['retry-after']) > 0, json(limited[0] as Reply)]).toEqual([true, true, expect.objectContaining({ error: 'slow_down' })]);
      expect((await other).status).toBe(200);
      const served = await Promise.all(Array.from({ length: 90 }, (_, at) => ask(`198.51.100.${at}`)));
      for (const reply of served) if (reply.status === 200) fixture().secrets.add(json<{ access_token: string }>(reply).access_token);
      const refused = served.filter(({ status }) => status === 429);
      expect([new Set(served.map(({ status }) => status)), Number(refused[0]?.headers['retry-after']) > 0]).toEqual([new Set([200, 429]), true]);
    });

    test('RFC 9068 4 the next RS256 key signs once the region’s keys are rotated, and what the one before has signed counts on', async () => {
      const { eu, all } = fixture();
      const token = await https.root();
      const before = await granted(eu);
      const rotated = await until('the next key may sign', async () => {
        const reply = await https.call(eu, 'POST', '/v1/operator/keys/rotate', { token, body: {} });
        return reply.status === 200 && json<{ kid: string; algorithm: string; state: string }>(reply);
      });
      expect(rotated).toMatchObject({ algorithm: 'RS256', state: 'active' });
      const after = await granted(eu);
      expect(decodeProtectedHeader(after)).toEqual({ kid: rotated.kid, alg: 'RS256', typ: 'at+jwt' });
      expect(decodeProtectedHeader(before).kid).not.toBe(rotated.kid);
      for (const api of all) {
        for (const value of [before, after]) {
          const verdict = await https.call(api, 'POST', '/v1/validate', { body: { credential: { dialect: 'oauth', value } } });
          expect(json(verdict)).toMatchObject({ verdict: 'allow' });
        }
      }
    });
  });
}

interface RsaJwk {
  readonly kty?: string;
  readonly alg?: string;
  readonly use?: string;
  readonly n?: string;
}

function keysOf(reply: Reply): readonly RsaJwk[] {
  return json<{ keys: readonly RsaJwk[] }>(reply).keys;
}
