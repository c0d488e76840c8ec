import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { CLIENTS, claimsOf, isAllowed, newClient, postForm, type TestClient, verdictOn } from './client.ts';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const stranger = generateKeyPairSync('ed25519').privateKey;

interface Real {
  readonly token: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The public half of the key that signed it, as anybody can read it. */
  readonly publicKey: KeyObject;
  readonly client: TestClient;
}

/** Tokens that nobody should believe, made from a real one: none is believed in any region. What a signing key of the cluster itself could forge is tried in packages/keys. */
export function forgerySuite(fixture: () => Fixture): void {
  describe('forged tokens', () => {
    let real: Real | undefined;
    beforeAll(async () => {
      const client = await newClient(fixture());
      const token = await client.token();
      const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8')) as Real['header'];
      const { keys } = json<{ keys: { kid: string }[] }>(await fixture().us.call('GET', '/.well-known/jwks.json'));
      const jwk = keys.find(({ kid }) => kid === header.kid) ?? {};
      real = { client, token, header, claims: claimsOf(token), publicKey: createPublicKey({ key: jwk, format: 'jwk' }) };
    });

    test.each<readonly [string, (real: Real) => string]>([
      ['signed by another key under a real kid', ({ header, claims }) => signed(header, claims)],
      ['alg none', ({ header, claims }) => `${encoded({ ...header, alg: 'none' })}.${encoded(claims)}.`],
      ['HS256 with the public key as its secret', ({ header, claims, publicKey }) => hmac({ ...header, alg: 'HS256' }, claims, publicKey)],
      ['altered claims', ({ token, claims }) => replaced(token, 1, encoded({ ...claims, sub: 'root' }))],
      ['an altered header', ({ token, header }) => replaced(token, 0, encoded({ ...header, kid: 'x' }))],
      ['an unknown kid', ({ header, claims }) => signed({ ...header, kid: 'A'.repeat(43) }, claims)],
      ['no kid', ({ header, claims }) => signed({ ...header, kid: undefined }, claims)],
      ['a key in its own header', ({ header, claims }) => signed({ ...header, jwk: createPublicKey(stranger).export({ format: 'jwk' }) }, claims)],
      ['a URL of keys in its own header', ({ header, claims }) => signed({ ...header, jku: 'http://127.0.0.1:1/keys' }, claims)],
      ['another typ', ({ header, claims }) => signed({ ...header, typ: 'JWT' }, claims)],
      ['crit', ({ header, claims }) => signed({ ...header, crit: ['x'], x: 1 }, claims)],
      ['expired', ({ header, claims }) => signed(header, { ...claims, exp: 1 })],
      ['not yet valid', ({ header, claims }) => signed(header, { ...claims, nbf: 9_999_999_999, iat: 9_999_999_999, exp: 9_999_999_999 })],
      ['another audience', ({ header, claims }) => signed(header, { ...claims, aud: 'other' })],
      ['another issuer', ({ header, claims }) => signed(header, { ...claims, iss: 'https://other.example' })],
      ['another type', ({ header, claims }) => signed(header, { ...claims, type: 'USER' })],
      ['a duplicate member', ({ token, claims }) => replaced(token, 1, Buffer.from(`{"sub":"root",${JSON.stringify(claims).slice(1)}`).toString('base64url'))],
      ['padding', ({ token }) => `${token}=`],
      ['another spelling of the signature', ({ token }) => `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`],
      ['four parts', ({ token }) => `${token}.x`],
      ['a megabyte', ({ token }) => token.padEnd(1_000_000, 'A')],
    ])('RFC 8725 3.1 to 3.12, RFC 9068 4: %s is denied in every region', async (_, forge) => {
      if (real === undefined) throw new Error('no real token');
      expect(await isAllowed(fixture().us, real.token)).toBe(true);
      const forged = forge(real);
      for (const api of fixture().all) expect((await verdictOn(api, forged)).verdict).toBe('deny');
      const { client } = real;
      const about = await postForm(fixture().us, '/oauth2/introspect', { token: forged }, client.basic());
      expect([about.status, about.text]).toEqual([200, '{"active":false}']);
      const exchanged = await postForm(fixture().us, '/oauth2/token', { grant_type: EXCHANGE, subject_token: forged, subject_token_type: ACCESS_TOKEN }, client.basic());
      expect([exchanged.status, json<{ error: string }>(exchanged).error]).toEqual([400, 'invalid_request']);
      expect((await postForm(fixture().us, '/oauth2/revoke', { token: forged }, client.basic())).status).toBe(200);
      expect(await isAllowed(fixture().us, real.token)).toBe(true);
    });

    test('RFC 9110 5.4, RFC 6585 5 a token of a megabyte in a header is refused before anything reads it', async () => {
      for (const api of fixture().all) expect((await api.call('GET', CLIENTS, { headers: { authorization: `Bearer ${'A'.repeat(1_000_000)}` } })).status).toBe(431);
    });
  });
}

function signed(header: object, claims: object): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${sign(null, Buffer.from(input), stranger).toString('base64url')}`;
}

function hmac(header: object, claims: object, key: KeyObject): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  const secret = key.export({ type: 'spki', format: 'pem' });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

function replaced(token: string, part: number, text: string): string {
  return token
    .split('.')
    .map((present, at) => (at === part ? text : present))
    .join('.');
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
