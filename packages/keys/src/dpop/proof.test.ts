import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkSignature } from '../jwt/signature.ts';
import { encoded, forged, NOW } from '../jwt/tokens.fixture.ts';
import { createReplayMemory, ReplayMemoryFull } from '../replay.ts';
import { createProofVerifier, type ProofOptions, type ProofResult, type ProvedRequest } from './proof.ts';
import { targetUri } from './uri.ts';

const REQUEST: ProvedRequest = { method: 'POST', uri: 'https://mint.example/oauth2/token' };
const SECONDS = NOW / 1_000;
/** Of RFC 9449 section 7.1. */
const TOKEN = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';
const ATH = 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo';

interface Pair {
  readonly privateKey: KeyObject;
  readonly jwk: JWK;
  readonly alg: string;
}

const pairs = { es: ecPair('P-256', 'ES256'), ed: edPair(), rsa: rsaPair() };
let jkt: string;

beforeAll(async () => {
  jkt = await calculateJwkThumbprint(pairs.es.jwk);
});

function ecPair(namedCurve: string, alg: string): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  return { privateKey, jwk: publicKey.export({ format: 'jwk' }) as JWK, alg };
}

function edPair(): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, jwk: publicKey.export({ format: 'jwk' }) as JWK, alg: 'EdDSA' };
}

function rsaPair(): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 3_072 });
  return { privateKey, jwk: publicKey.export({ format: 'jwk' }) as JWK, alg: 'RS256' };
}

let made = 0;

function proof(claims: object = {}, header: object = {}, pair: Pair = pairs.es): string {
  made += 1;
  const payload = { jti: `proof ${made}`, htm: 'POST', htu: REQUEST.uri, iat: SECONDS, ...claims };
  return forged({ typ: 'dpop+jwt', alg: pair.alg, jwk: pair.jwk, ...header }, payload, pair.privateKey);
}

interface Judged {
  readonly result: ProofResult;
  readonly checks: number;
}

/** Judges each proof in turn with one memory and tells how many signatures were checked. */
async function judged(
  proofs: readonly string[],
  request: Partial<ProvedRequest> = {},
  options: Partial<ProofOptions> = {},
  now = NOW,
): Promise<readonly Judged[]> {
  let checks = 0;
  const verify = createProofVerifier({
    maxAgeMs: 60_000,
    earlyMs: 5_000,
    replay: createReplayMemory({ max: 100 }),
    check(...call) {
      checks += 1;
      return checkSignature(...call);
    },
    ...options,
  });
  const results: Judged[] = [];
  for (const each of proofs) {
    const before = checks;
    results.push({ result: await verify(each, { ...REQUEST, ...request }, now), checks: checks - before });
  }
  return results;
}

async function one(text: string, request: Partial<ProvedRequest> = {}, now = NOW): Promise<Judged> {
  const [first] = await judged([text], request, {}, now);
  return first as Judged;
}

describe('a DPoP proof that is good', () => {
  it('is the one of RFC 9449 section 4.1, with the thumbprint of section 6.1', async () => {
    const text =
      'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19' +
      '.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ' +
      '.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg';
    const { result } = await one(text, { uri: 'https://server.example.com/token' }, 1_562_262_616_000);
    expect(result).toEqual({ ok: true, jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I', jti: '-BwC3ESc6acc2lTc' });
  });

  it('is made with P-256 or Ed25519, under either name of EdDSA', async () => {
    for (const text of [
      proof(),
      proof({}, {}, pairs.ed),
      proof({}, { alg: 'Ed25519' }, pairs.ed),
      proof({}, {}, { ...pairs.ed, jwk: { ...pairs.ed.jwk, alg: 'EdDSA', use: 'sig' } }),
    ]) {
      expect((await one(text)).result.ok).toBe(true);
    }
  });

  it('counts from earlyMs before its iat until maxAgeMs after', async () => {
    const text = proof();
    const at = async (now: number): Promise<unknown> => {
      const { result } = await one(text, {}, now);
      return result.ok || result.reason;
    };
    expect([await at(NOW - 5_000), await at(NOW + 59_999)]).toEqual([true, true]);
    expect([await at(NOW - 5_001), await at(NOW + 60_000)]).toEqual(['not_yet_valid', 'too_old']);
  });

  it('proves the access token it comes with (ath) and the key the token is bound to (RFC 9449 section 7)', async () => {
    expect((await one(proof({ ath: ATH }), { accessToken: TOKEN, jkt })).result).toMatchObject({ ok: true, jkt });
    expect((await one(proof({ ath: ATH }), { accessToken: `${TOKEN}x` })).result).toEqual({ ok: false, reason: 'wrong_token', claim: 'ath' });
    expect((await one(proof(), { accessToken: TOKEN })).result).toEqual({ ok: false, reason: 'wrong_token', claim: 'ath' });
    expect(await one(proof({ ath: ATH }, {}, pairs.ed), { accessToken: TOKEN, jkt })).toEqual({ result: { ok: false, reason: 'wrong_key' }, checks: 0 });
  });

  it('has one of the nonces where they are demanded (RFC 9449 section 8)', async () => {
    expect((await one(proof({ nonce: 'b' }), { nonces: ['a', 'b'] })).result.ok).toBe(true);
    for (const claims of [{}, { nonce: 'c' }]) expect((await one(proof(claims), { nonces: ['a', 'b'] })).result).toMatchObject({ reason: 'wrong_nonce' });
  });
});

describe('a DPoP proof that is not good', () => {
  it.for<readonly [string, () => string, string, string?]>([
    ['longer than 4 KiB', () => proof({ filler: 'x'.repeat(4_096) }), 'too_large'],
    ['two parts', () => proof().split('.').slice(1).join('.'), 'malformed'],
    ['typ JWT', () => proof({}, { typ: 'JWT' }), 'wrong_type'],
    ['an access token', () => proof({}, { typ: 'at+jwt' }), 'wrong_type'],
    ['alg none', () => proof({}, { alg: 'none' }), 'unsupported_algorithm'],
    ['alg HS256', () => proof({}, { alg: 'HS256' }), 'unsupported_algorithm'],
    ['alg RS256', () => proof({}, {}, pairs.rsa), 'unsupported_algorithm'],
    ['an algorithm of another key', () => proof({}, { alg: 'EdDSA' }), 'unsupported_algorithm'],
    ['crit', () => proof({}, { crit: ['x'] }), 'unknown_critical'],
    ['jku', () => proof({}, { jku: 'https://evil.example' }), 'forbidden_header'],
    ['no jwk', () => proof({}, { jwk: undefined }), 'malformed'],
    ['jwk that is text', () => proof({}, { jwk: 'key' }), 'malformed'],
    ['a private jwk', () => proof({}, { jwk: pairs.es.privateKey.export({ format: 'jwk' }) }), 'bad_key'],
    ['a symmetric jwk', () => proof({}, { jwk: { kty: 'oct', k: 'AAAA' } }), 'bad_key'],
    ['an RSA jwk', () => proof({}, { jwk: pairs.rsa.jwk }), 'bad_key'],
    ['a point that is not on the curve', () => proof({}, { jwk: { ...pairs.es.jwk, y: 'A'.repeat(43) } }), 'bad_key'],
    ['a coordinate that is too long', () => proof({}, { jwk: { ...pairs.es.jwk, x: 'A'.repeat(430) } }), 'bad_key'],
    ['a jwk for another algorithm', () => proof({}, { jwk: { ...pairs.es.jwk, alg: 'ES384' } }), 'bad_key'],
    ['a curve that is not accepted', () => proof({}, { jwk: { ...pairs.es.jwk, crv: 'secp256k1' } }), 'bad_key'],
    [
      'a duplicate claim',
      () => forged({ typ: 'dpop+jwt', alg: 'ES256', jwk: pairs.es.jwk }, '{"htm":"GET","htm":"POST"}', pairs.es.privateKey),
      'duplicate_member',
    ],
    ...['jti', 'htm', 'htu', 'iat'].map((name) => [`no ${name}`, () => proof({ [name]: undefined }), 'claim_missing', name] as const),
    ['jti that is a number', () => proof({ jti: 1 }), 'claim_invalid', 'jti'],
    ['a jti of 257 characters', () => proof({ jti: 'j'.repeat(257) }), 'claim_invalid', 'jti'],
    ['iat as text', () => proof({ iat: '1' }), 'claim_invalid', 'iat'],
    ['another method', () => proof({ htm: 'GET' }), 'wrong_method', 'htm'],
    ['the method in lower case', () => proof({ htm: 'post' }), 'wrong_method', 'htm'],
    ['another path', () => proof({ htu: 'https://mint.example/oauth2/revoke' }), 'wrong_uri', 'htu'],
    ['another scheme', () => proof({ htu: 'http://mint.example/oauth2/token' }), 'wrong_uri', 'htu'],
    ['a relative URI', () => proof({ htu: '/oauth2/token' }), 'wrong_uri', 'htu'],
    ['too old', () => proof({ iat: SECONDS - 60 }), 'too_old', 'iat'],
    ['from the future', () => proof({ iat: SECONDS + 6 }), 'not_yet_valid', 'iat'],
    ['a cut signature', () => proof().replace(/\.[^.]+$/, '.AAAA'), 'bad_signature'],
  ])('%s is refused before any signature is checked', async ([, make, reason, claim]) => {
    const { result, checks } = await one(make());
    expect(result).toEqual(claim === undefined ? { ok: false, reason } : { ok: false, reason, claim });
    expect(checks).toBe(0);
  });

  it.each([
    ['made with another key than it shows', () => proof({}, { jwk: ecPair('P-256', 'ES256').jwk })],
    ['altered', () => proof().replace(/\.[^.]+\./, `.${encoded({ jti: 'x', htm: 'POST', htu: REQUEST.uri, iat: SECONDS })}.`)],
  ])('%s is refused by its signature', async (_, make) => {
    expect(await one(make())).toEqual({ result: { ok: false, reason: 'bad_signature' }, checks: 1 });
  });
});

describe('replays of a DPoP proof', () => {
  it('are refused, and the jti counts for one key only', async () => {
    const text = proof({ jti: 'same' });
    const results = await judged([text, text, proof({ jti: 'same' }), proof({ jti: 'same' }, {}, pairs.ed)]);
    expect(results.map(({ result }) => result.ok || result.reason)).toEqual([true, 'replayed', 'replayed', true]);
  });

  it('cannot be provoked by a proof that is not good', async () => {
    const results = await judged([proof({ jti: 'mine' }).replace(/[^.]+$/, 'A'.repeat(86)), proof({ jti: 'mine', htm: 'GET' }), proof({ jti: 'mine' })]);
    expect(results.map(({ result }) => result.ok || result.reason)).toEqual(['bad_signature', 'wrong_method', true]);
  });

  it('are remembered as long as the proof would be accepted', async () => {
    const noted: unknown[] = [];
    const replay = { seen: (...call: unknown[]) => noted.push(call) === 0 };
    await judged([proof({ jti: 'a', iat: SECONDS - 10 })], {}, { replay });
    expect(noted).toEqual([[`dpop:${jkt}:a`, NOW + 50_000, NOW]]);
  });

  it('fail closed when the memory is full or cannot be asked', async () => {
    await expect(judged([proof(), proof()], {}, { replay: createReplayMemory({ max: 1 }) })).rejects.toThrow(ReplayMemoryFull);
    await expect(judged([proof()], {}, { replay: { seen: () => Promise.reject(new Error('away')) } })).rejects.toThrow('away');
  });
});

describe('the URI of a request', () => {
  it.each([
    ['https://mint.example/oauth2/token?a=1#b', 'https://mint.example/oauth2/token'],
    ['HTTPS://MINT.example:443/oauth2/token', 'https://mint.example/oauth2/token'],
    ['https://mint.example', 'https://mint.example/'],
    ['http://mint.example:80/', 'http://mint.example/'],
    ['http://mint.example:8080/', 'http://mint.example:8080/'],
    ['https://mint.example/a/./b/../%7euser/%2f%c3%a9', 'https://mint.example/a/~user/%2F%C3%A9'],
    ['https://mint.example/A', 'https://mint.example/A'],
  ])('%s is %s', (text, expected) => expect(targetUri(text)).toBe(expected));

  it.each([
    '',
    'mint.example/x',
    '/x',
    'ftp://mint.example/',
    'https://user@mint.example/',
    'https://:p@mint.example/',
    ' https://mint.example/',
    'https:\\\\mint.example',
    'https://mint.example/\n',
    'https://mint.example/é',
    'data:text/plain,a',
  ])('%j is none', (text) => expect(targetUri(text)).toBeUndefined());

  it('does not change by being normalised again', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        const target = targetUri(url);
        if (target !== undefined) expect(targetUri(target)).toBe(target);
      }),
    );
  });
});
