import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { checkSignature } from '../jwt/signature.ts';
import { encoded, forged, NOW } from '../jwt/tokens.fixture.ts';
import { createReplayMemory, ReplayMemoryFull } from '../replay.ts';
import { type AssertionOptions, type AssertionResult, createAssertionVerifier } from './assertion.ts';
import { type ClientKey, readClientKeys } from './client-keys.ts';

const ISSUER = 'https://mint.example';
const ENDPOINT = `${ISSUER}/oauth2/token`;
const CLIENT = 'billing@acme';
const SECONDS = NOW / 1_000;

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ed = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 3_072 });
const stranger = generateKeyPairSync('ed25519');

const jwkOf = (key: KeyObject, more: object = {}): object => ({ ...key.export({ format: 'jwk' }), ...more });

function keys(...jwks: readonly object[]): readonly ClientKey[] {
  const read = readClientKeys({ keys: jwks });
  if (!read.ok) throw new Error(read.problem);
  return read.keys;
}

const registered = keys(
  jwkOf(ec.publicKey, { kid: 'ec' }),
  jwkOf(ed.publicKey, { kid: 'ed' }),
  jwkOf(rsa.publicKey, { kid: 'rsa', alg: 'PS256' }),
  jwkOf(rsa.publicKey, { kid: 'rs', alg: 'RS256' }),
  jwkOf(ec384.publicKey, { kid: 'ec384', use: 'sig' }),
);

let made = 0;

function assertion(claims: object = {}, header: object = {}, key: KeyObject = ed.privateKey): string {
  made += 1;
  const payload = { iss: CLIENT, sub: CLIENT, aud: ISSUER, jti: `assertion ${made}`, iat: SECONDS, exp: SECONDS + 60, ...claims };
  return forged({ alg: 'EdDSA', kid: 'ed', ...header }, payload, key);
}

async function judged(
  texts: readonly string[],
  options: Partial<AssertionOptions> = {},
  clientId?: string,
  now = NOW,
): Promise<{ results: readonly AssertionResult[]; checks: number }> {
  let checks = 0;
  const verify = createAssertionVerifier({
    audiences: [ISSUER, ENDPOINT],
    skew: { earlyMs: 5_000, lateMs: 0 },
    maxLifetimeMs: 300_000,
    replay: createReplayMemory({ max: 100 }),
    keysOf: (id) => (id === CLIENT ? registered : undefined),
    check(...call) {
      checks += 1;
      return checkSignature(...call);
    },
    ...options,
  });
  const results: AssertionResult[] = [];
  for (const text of texts) results.push(await verify(text, now, clientId));
  return { results, checks };
}

const outcome = (result: AssertionResult | undefined): unknown => result?.ok || result?.reason;

describe('a client assertion that is good', () => {
  it.each([
    ['ES256', 'ec', ec.privateKey],
    ['ES384', 'ec384', ec384.privateKey],
    ['EdDSA', 'ed', ed.privateKey],
    ['Ed25519', 'ed', ed.privateKey],
    ['PS256', 'rsa', rsa.privateKey],
    ['RS256', 'rs', rsa.privateKey],
  ] as const)('RFC 7523 2.2, RFC 8725 3.1, 3.2 is made by jose with %s', async (alg, kid, key) => {
    const text = await new SignJWT({ jti: alg })
      .setProtectedHeader({ alg, kid, typ: 'client-authentication+jwt' })
      .setIssuer(CLIENT)
      .setSubject(CLIENT)
      .setAudience(ISSUER)
      .setExpirationTime(SECONDS + 60)
      .sign(key);
    const { results, checks } = await judged([text], {}, CLIENT);
    expect(results).toEqual([{ ok: true, clientId: CLIENT, claims: { jti: alg, iss: CLIENT, sub: CLIENT, aud: ISSUER, exp: SECONDS + 60 } }]);
    expect(checks).toBe(1);
  });

  it('has no typ, or the one of a plain JWT', async () => {
    for (const typ of [undefined, 'JWT', 'application/jwt']) expect(outcome((await judged([assertion({}, { typ })])).results[0])).toBe(true);
  });

  it('names the issuer, the token endpoint, or both (RFC 7523 section 3 number 3)', async () => {
    for (const aud of [ISSUER, ENDPOINT, [ISSUER], [ISSUER, ENDPOINT]]) expect(outcome((await judged([assertion({ aud })])).results[0])).toBe(true);
  });

  it('needs no kid where one key alone fits', async () => {
    expect(outcome((await judged([assertion({}, { kid: undefined })])).results[0])).toBe(true);
    const two = keys(jwkOf(ed.publicKey), jwkOf(stranger.publicKey));
    expect(outcome((await judged([assertion({}, { kid: undefined })], { keysOf: () => two })).results[0])).toBe('unknown_key');
  });
});

describe('a client assertion that is not good', () => {
  it.for<readonly [string, () => string, string, string?]>([
    ['1 MB', () => 'a'.repeat(1_000_000), 'too_large'],
    ['an access token', () => assertion({}, { typ: 'at+jwt' }), 'wrong_type'],
    ['a DPoP proof', () => assertion({}, { typ: 'dpop+jwt' }), 'wrong_type'],
    ['alg none', () => `${encoded({ alg: 'none' })}.${encoded({})}.`, 'unsupported_algorithm'],
    ['alg HS256', () => assertion({}, { alg: 'HS256' }), 'unsupported_algorithm'],
    ['the algorithm of another key', () => assertion({}, { alg: 'ES256' }), 'unsupported_algorithm'],
    ['RS256 with a key for PS256', () => assertion({}, { alg: 'RS256', kid: 'rsa' }, rsa.privateKey), 'unsupported_algorithm'],
    ['HS256 keyed with a public key in PEM', () => assertion({}, { alg: 'HS256', kid: 'rs' }, createSecretKey(Buffer.from(rsa.publicKey.export({ format: 'pem', type: 'spki' })))), 'unsupported_algorithm'],
    ['PS256 with a key for RS256', () => assertion({}, { alg: 'PS256', kid: 'rs' }, rsa.privateKey), 'unsupported_algorithm'],
    ['jwk', () => assertion({}, { jwk: jwkOf(stranger.publicKey) }, stranger.privateKey), 'forbidden_header'],
    ['jku', () => assertion({}, { jku: 'https://evil.example' }), 'forbidden_header'],
    ['crit', () => assertion({}, { crit: ['exp'] }), 'unknown_critical'],
    ['an unknown kid', () => assertion({}, { kid: 'other' }), 'unknown_key'],
    ...['iss', 'sub', 'aud', 'exp', 'jti'].map((name) => [`no ${name}`, () => assertion({ [name]: undefined }), 'claim_missing', name] as const),
    ['iat as text', () => assertion({ iat: 'now' }), 'claim_invalid', 'iat'],
    ['a jti of 257 characters', () => assertion({ jti: 'j'.repeat(257) }), 'claim_invalid', 'jti'],
    ['iss of another client', () => assertion({ iss: 'other@acme' }), 'wrong_client', 'iss'],
    ['another client than the request names', () => assertion({ iss: 'other@acme', sub: 'other@acme' }), 'wrong_client', 'sub'],
    ['another audience', () => assertion({ aud: 'https://other.example' }), 'wrong_audience', 'aud'],
    ['another audience beside ours', () => assertion({ aud: [ISSUER, 'https://other.example'] }), 'wrong_audience', 'aud'],
    ['expired', () => assertion({ exp: SECONDS }), 'expired', 'exp'],
    ['exp far ahead', () => assertion({ exp: SECONDS + 306 }), 'lifetime_too_long', 'exp'],
    ['not yet valid', () => assertion({ nbf: SECONDS + 6 }), 'not_yet_valid', 'nbf'],
    ['issued in the future', () => assertion({ iat: SECONDS + 6 }), 'not_yet_valid', 'iat'],
  ])('%s is refused before any signature is checked', async ([, make, reason, claim]) => {
    const { results, checks } = await judged([make()], {}, CLIENT);
    expect(results).toEqual([claim === undefined ? { ok: false, reason } : { ok: false, reason, claim }]);
    expect(checks).toBe(0);
  });

  it('an unknown client is refused before any signature is checked', async () => {
    expect(await judged([assertion({ iss: 'nobody@acme', sub: 'nobody@acme' })])).toEqual({ results: [{ ok: false, reason: 'unknown_client' }], checks: 0 });
  });

  it('made with a key that the client does not have is refused by its signature', async () => {
    expect(await judged([assertion({}, {}, stranger.privateKey)])).toEqual({ results: [{ ok: false, reason: 'bad_signature' }], checks: 1 });
  });
});

describe('replays of a client assertion', () => {
  it('are refused, and a jti counts for one client only', async () => {
    const text = assertion({ jti: 'same' });
    const other = assertion({ jti: 'same', iss: 'other@acme', sub: 'other@acme' });
    const { results } = await judged([text, text, assertion({ jti: 'same' }), other], { keysOf: () => registered });
    expect(results.map(outcome)).toEqual([true, 'replayed', 'replayed', true]);
  });

  it('cannot be provoked by an assertion that is not good', async () => {
    const { results } = await judged([assertion({ jti: 'mine' }, {}, stranger.privateKey), assertion({ jti: 'mine' })]);
    expect(results.map(outcome)).toEqual(['bad_signature', true]);
  });

  it('fail closed when the memory is full', async () => {
    await expect(judged([assertion(), assertion()], { replay: createReplayMemory({ max: 1 }) })).rejects.toThrow(ReplayMemoryFull);
  });
});

describe('the key set of a client', () => {
  const small = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey;
  it.each<readonly [string, unknown, RegExp]>([
    ['nothing', undefined, /^must be a JWK set/],
    ['one key without a set', jwkOf(ed.publicKey), /^must be a JWK set/],
    ['no keys', { keys: [] }, /^keys must be 1 to 8, not 0/],
    ['nine keys', { keys: Array.from({ length: 9 }, () => jwkOf(ed.publicKey)) }, /^keys must be 1 to 8, not 9/],
    ['a private key', { keys: [jwkOf(ed.publicKey), jwkOf(ed.privateKey)] }, /^keys\[1\] must be a public key/],
    ['a symmetric key', { keys: [{ kty: 'oct', k: 'AAAA' }] }, /^keys\[0\] must be a public key/],
    ['RSA of 2,048 bits', { keys: [jwkOf(small, { alg: 'PS256' })] }, /^keys\[0\] n is not/],
    ['RSA without its algorithm', { keys: [jwkOf(rsa.publicKey)] }, /^keys\[0\] alg must be one of PS256, RS256/],
    ['RSA with another exponent', { keys: [jwkOf(rsa.publicKey, { alg: 'PS256', e: 'Aw' })] }, /^keys\[0\] e is not/],
    ['a key for encryption', { keys: [jwkOf(ed.publicKey, { use: 'enc' })] }, /^keys\[0\]\.use must be/],
    ['a kid that is a number', { keys: [jwkOf(ed.publicKey, { kid: 1 })] }, /^keys\[0\]\.kid must be/],
    ['one kid twice', { keys: [jwkOf(ed.publicKey, { kid: 'a' }), jwkOf(ec.publicKey, { kid: 'a' })] }, /^keys\[1\]\.kid is that of another/],
    ['a point that is not on its curve', { keys: [jwkOf(ec.publicKey, { y: 'A'.repeat(43) })] }, /^keys\[0\] is no key/],
  ])('%s is refused by name', (_, set, problem) => {
    const read = readClientKeys(set);
    expect(read.ok ? '' : read.problem).toMatch(problem);
  });
});
