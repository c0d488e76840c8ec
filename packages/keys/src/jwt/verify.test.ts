import { createSecretKey } from 'node:crypto';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '@mintmark/domain';
import { compactVerify, createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { jwks } from '../signing/jwks.ts';
import { withdrawKey } from '../signing/lifecycle.ts';
import { checkSignature } from './signature.ts';
import { signAccessToken } from './sign.ts';
import { type ActiveSigner, AUDIENCE, aSigner, encoded, forged, ISSUER, NOW, someClaims } from './tokens.fixture.ts';
import { createTokenVerifier, type TokenResult, type VerificationKey, type VerifierOptions, verificationKey } from './verify.ts';

let ours: ActiveSigner;
let ours256: ActiveSigner;
let oursRsa: ActiveSigner;
let stranger: ActiveSigner;
let elsewhereRetired: ActiveSigner;
let elsewhereWithdrawn: ActiveSigner;
let known: Map<string, VerificationKey>;

beforeAll(async () => {
  ours = await aSigner('EdDSA');
  ours256 = await aSigner('ES256');
  oursRsa = await aSigner('RS256');
  stranger = await aSigner('EdDSA');
  elsewhereRetired = await aSigner('EdDSA', 'eu-west');
  elsewhereWithdrawn = await aSigner('EdDSA', 'eu-west');
  const keys = [
    ours.key,
    ours256.key,
    oursRsa.key,
    { ...elsewhereRetired.key, state: 'retiring', retiredAt: NOW - 2_000, goneAt: NOW } as const,
    withdrawKey(elsewhereWithdrawn.key, NOW - 1),
  ];
  known = new Map(keys.map((key) => [key.kid, verificationKey(key)]));
});

/** Judges a token and tells whether any signature was checked for it. */
async function judged(token: string, options: Partial<VerifierOptions> = {}, now = NOW): Promise<{ result: TokenResult; checks: number }> {
  let checks = 0;
  const verify = createTokenVerifier({
    issuer: ISSUER,
    audiences: [AUDIENCE],
    skew: { earlyMs: 5_000, lateMs: 0 },
    find: (kid) => known.get(kid),
    check(...call) {
      checks += 1;
      return checkSignature(...call);
    },
    ...options,
  });
  return { result: await verify(token, now), checks };
}

const signerOf = (algorithm: SigningAlgorithm): ActiveSigner => ({ EdDSA: ours, ES256: ours256, RS256: oursRsa })[algorithm];
const header = (): object => ({ kid: ours.key.kid, alg: 'EdDSA', typ: 'at+jwt' });
const withHeader = (more: object): string => forged({ ...header(), ...more }, someClaims(), ours.privateKey);
const withClaims = (more: object): string => forged(header(), { ...someClaims(), ...more }, ours.privateKey);
const without = (name: string): string => forged(header(), { ...someClaims(), [name]: undefined }, ours.privateKey);
const SECONDS = NOW / 1_000;

async function signed(signer: ActiveSigner): Promise<string> {
  const result = await signAccessToken(signer, someClaims(), NOW);
  if (!result.ok) throw new Error(result.reason);
  return result.token;
}

describe('an access token that is good', () => {
  it.each(SIGNING_ALGORITHMS)('RFC 9068 2.1, 4 %s: verifies here and with jose against the published set, after one signature check', async (algorithm) => {
    const signer = signerOf(algorithm);
    const token = await signed(signer);
    const { result, checks } = await judged(token);
    expect(result).toEqual({
      ok: true,
      claims: someClaims(),
      header: { kid: signer.key.kid, alg: algorithm, typ: 'at+jwt' },
      kid: signer.key.kid,
      untilMs: NOW + 300_000,
    });
    expect(checks).toBe(1);
    const set = createLocalJWKSet(jwks([ours.key, ours256.key, oursRsa.key], NOW) as unknown as JSONWebKeySet);
    const options = { issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt', algorithms: [algorithm], currentDate: new Date(NOW) };
    expect((await jwtVerify(token, set, options)).payload).toEqual(someClaims());
  });

  it('keeps the claims of the AppDynamics sample in their order (AD-03)', async () => {
    const payload = Buffer.from((await signed(ours)).split('.')[1] as string, 'base64url').toString();
    expect(Object.keys(JSON.parse(payload)).slice(0, 11)).toEqual('iss aud exp jti iat nbf sub type id acctId acctName'.split(' '));
  });

  it('has its typ in any case and with its prefix, and its audience among others', async () => {
    expect((await judged(withHeader({ typ: 'Application/AT+JWT' }))).result.ok).toBe(true);
    expect((await judged(withClaims({ aud: ['https://other.example', AUDIENCE] }))).result.ok).toBe(true);
  });

  it('is handed out frozen, so that sharers cannot change it', async () => {
    const { result } = await judged(withClaims({ cnf: { jkt: 'x' } }));
    if (!result.ok) throw new Error(result.reason);
    expect(() => Object.assign(result.claims, { sub: 'other' })).toThrow(TypeError);
    expect(() => Object.assign(result.claims.cnf as object, { jkt: 'y' })).toThrow(TypeError);
  });

  it('counts up to the millisecond of exp and from nbf and iat, each with its skew and no rounding (RFC 7519 4.1.4 and 4.1.5)', async () => {
    const token = withClaims({ nbf: SECONDS, exp: SECONDS + 1 });
    const at = async (now: number, skew = { earlyMs: 0, lateMs: 0 }): Promise<unknown> => {
      const { result } = await judged(token, { skew }, now);
      return result.ok || result.reason;
    };
    expect(await at(NOW)).toBe(true);
    expect(await at(NOW - 0.1)).toBe('not_yet_valid');
    expect(await at(NOW + 999.9)).toBe(true);
    expect(await at(NOW + 1_000)).toBe('expired');
    expect(await at(NOW - 30_000, { earlyMs: 30_000, lateMs: 0 })).toBe(true);
    expect(await at(NOW - 30_001, { earlyMs: 30_000, lateMs: 0 })).toBe('not_yet_valid');
    expect(await at(NOW + 1_499, { earlyMs: 0, lateMs: 500 })).toBe(true);
    expect(await at(NOW + 1_500, { earlyMs: 0, lateMs: 500 })).toBe('expired');
  });

  it('refuses to be configured with more than 30 s of skew or for no audience', () => {
    const base = { issuer: ISSUER, audiences: [AUDIENCE], find: () => undefined };
    expect(() => createTokenVerifier({ ...base, skew: { earlyMs: 30_001, lateMs: 0 } })).toThrow(/earlyMs must be from 0 to 30000/);
    expect(() => createTokenVerifier({ ...base, skew: { earlyMs: 0, lateMs: Number.NaN } })).toThrow(/lateMs/);
    expect(() => createTokenVerifier({ ...base, audiences: [], skew: { earlyMs: 0, lateMs: 0 } })).toThrow(/audiences/);
  });
});

/** What it is, the token, why it is refused, and for which claim. */
type Forgery = readonly [what: string, make: () => string | Promise<string>, reason: string, claim?: string];

const FORGERIES: readonly Forgery[] = [
  ['1 MB of anything', () => 'a'.repeat(1_000_000), 'too_large'],
  ['1 MB of well-formed token', () => withClaims({ filler: 'x'.repeat(1_000_000) }), 'too_large'],
  ['1 MB of dots', () => '.'.repeat(1_000_000), 'too_large'],
  ['one character above 16 KiB', () => 'a'.repeat(16_385), 'too_large'],
  ['empty text', () => '', 'malformed'],
  ['two parts', () => withHeader({}).split('.').slice(0, 2).join('.'), 'malformed'],
  ['four parts', () => `${withHeader({})}.`, 'malformed'],
  ['standard base64 instead of base64url', () => `${withHeader({}).slice(0, -2)}+/`, 'malformed'],
  ['padding', () => `${withHeader({})}==`, 'malformed'],
  ['white space', () => ` ${withHeader({})}`, 'malformed'],
  ['a header that is no JSON', () => forged('{', someClaims(), ours.privateKey), 'malformed'],
  ['a header that is an array', () => forged('[]', someClaims(), ours.privateKey), 'malformed'],
  ['claims that are no JSON', () => forged(header(), 'claims', ours.privateKey), 'malformed'],
  ['claims that are no object', () => forged(header(), 'null', ours.privateKey), 'malformed'],
  ['claims nested 5,000 deep', () => forged(header(), `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, ours.privateKey), 'malformed'],
  ['claims that are not UTF-8', () => notUtf8(), 'malformed'],
  [
    'a duplicate member of the header',
    () => forged(`{"typ":"at+jwt","alg":"EdDSA","alg":"none","kid":"${ours.key.kid}"}`, someClaims(), ours.privateKey),
    'duplicate_member',
  ],
  ['a duplicate claim', () => forged(header(), `{"sub":"a",${JSON.stringify(someClaims()).slice(1)}`, ours.privateKey), 'duplicate_member'],
  [
    'a duplicate claim spelled with an escape',
    () => forged(header(), `{"s\\u0075b":"a",${JSON.stringify(someClaims()).slice(1)}`, ours.privateKey),
    'duplicate_member',
  ],
  [
    'a duplicate member deep inside',
    () => forged(header(), `{"a":[{"b":1,"b":2}],${JSON.stringify(someClaims()).slice(1)}`, ours.privateKey),
    'duplicate_member',
  ],
  ['typ JWT', () => withHeader({ typ: 'JWT' }), 'wrong_type'],
  ['no typ', () => withHeader({ typ: undefined }), 'wrong_type'],
  ['typ dpop+jwt', () => withHeader({ typ: 'dpop+jwt' }), 'wrong_type'],
  ['typ that is no text', () => withHeader({ typ: ['at+jwt'] }), 'wrong_type'],
  ['alg none without signature', () => `${encoded({ ...header(), alg: 'none' })}.${encoded(someClaims())}.`, 'unsupported_algorithm'],
  ['alg None with signature', () => withHeader({ alg: 'None' }), 'unsupported_algorithm'],
  ['HS256 keyed with the public key in PEM', () => hs256('pem'), 'unsupported_algorithm'],
  ['HS256 keyed with the public key as JWK', () => hs256('jwk'), 'unsupported_algorithm'],
  ['HS256 keyed with the public key of RS256 in PEM', () => hs256('pem', oursRsa), 'unsupported_algorithm'],
  ['alg RS256', () => withHeader({ alg: 'RS256' }), 'unsupported_algorithm'],
  ['the algorithm of another key', () => withHeader({ alg: 'ES256' }), 'unsupported_algorithm'],
  ['alg RS256 with the key of another algorithm', () => forged({ ...header(), alg: 'RS256', kid: ours256.key.kid }, someClaims(), oursRsa.privateKey), 'unsupported_algorithm'],
  ['an RS256 key under EdDSA', () => forged({ ...header(), kid: oursRsa.key.kid }, someClaims(), ours.privateKey), 'unsupported_algorithm'],
  ...['PS256', 'RS384', 'RS512', 'RS1'].map((alg) => [`an RS256 key under ${alg}`, () => forged({ ...header(), alg, kid: oursRsa.key.kid }, someClaims(), oursRsa.privateKey), 'unsupported_algorithm'] as const),
  ['an ES256 key under EdDSA', () => forged({ ...header(), kid: ours256.key.kid }, someClaims(), ours256.privateKey), 'unsupported_algorithm'],
  ['crit', () => withHeader({ crit: ['exp'] }), 'unknown_critical'],
  ['crit b64', () => withHeader({ crit: ['b64'], b64: false }), 'unknown_critical'],
  ['an empty crit', () => withHeader({ crit: [] }), 'unknown_critical'],
  ['jku', () => withHeader({ jku: 'https://evil.example/jwks' }), 'forbidden_header'],
  ['x5u', () => withHeader({ x5u: 'https://evil.example/x' }), 'forbidden_header'],
  ['x5c', () => withHeader({ x5c: ['MII'] }), 'forbidden_header'],
  ['its own key as jwk', () => forged({ ...header(), jwk: stranger.key.publicJwk }, someClaims(), stranger.privateKey), 'forbidden_header'],
  ['an unknown kid', () => forged({ ...header(), kid: stranger.key.kid }, someClaims(), stranger.privateKey), 'unknown_key'],
  ['no kid', () => withHeader({ kid: undefined }), 'unknown_key'],
  ['kid __proto__', () => withHeader({ kid: '__proto__' }), 'unknown_key'],
  ['kid as a path', () => withHeader({ kid: '../../dev/null' }), 'unknown_key'],
  ['a kid of 129 characters', () => withHeader({ kid: 'k'.repeat(129) }), 'malformed'],
  ['kid that is no text', () => withHeader({ kid: 1 }), 'malformed'],
  ...['iss', 'aud', 'exp', 'nbf', 'iat', 'sub', 'jti', 'client_id'].map((name) => [`no ${name}`, () => without(name), 'claim_missing', name] as const),
  ...['iss', 'aud', 'sub', 'jti', 'client_id'].flatMap((name) => [
    [`${name} that is a number`, () => withClaims({ [name]: 1 }), 'claim_invalid', name] as const,
    [`an empty ${name}`, () => withClaims({ [name]: '' }), 'claim_invalid', name] as const,
    [`${name} null`, () => withClaims({ [name]: null }), 'claim_invalid', name] as const,
  ]),
  ...['exp', 'nbf', 'iat'].flatMap((name) => [
    [`${name} as text`, () => withClaims({ [name]: '1790812800' }), 'claim_invalid', name] as const,
    [`${name} with a fraction`, () => withClaims({ [name]: SECONDS + 0.5 }), 'claim_invalid', name] as const,
    [
      `${name} without end`,
      () => forged(header(), JSON.stringify({ ...someClaims(), [name]: 0 }).replace(`"${name}":0`, `"${name}":1e400`), ours.privateKey),
      'claim_invalid',
      name,
    ] as const,
    [`${name} below zero`, () => withClaims({ [name]: -1 }), 'claim_invalid', name] as const,
  ]),
  ['a confirmation without its key', () => withClaims({ cnf: {} }), 'claim_invalid', 'cnf'],
  ['a confirmation of a kind that is not understood', () => withClaims({ cnf: { 'x5t#S256': 'x' } }), 'claim_invalid', 'cnf'],
  ['an empty list of audiences', () => withClaims({ aud: [] }), 'claim_invalid', 'aud'],
  ['another issuer', () => withClaims({ iss: 'https://evil.example' }), 'wrong_issuer', 'iss'],
  ['the issuer with a slash', () => withClaims({ iss: `${ISSUER}/` }), 'wrong_issuer', 'iss'],
  ['another audience', () => withClaims({ aud: 'https://other.example' }), 'wrong_audience', 'aud'],
  ['expired', () => withClaims({ exp: SECONDS }), 'expired', 'exp'],
  ['not yet valid', () => withClaims({ nbf: SECONDS + 6 }), 'not_yet_valid', 'nbf'],
  ['issued in the future', () => withClaims({ iat: SECONDS + 6 }), 'not_yet_valid', 'iat'],
  ["another region's retired key", () => signed(elsewhereRetired), 'key_retired'],
  ["another region's withdrawn key", () => signed(elsewhereWithdrawn), 'key_withdrawn'],
  ['a signature of the wrong length', () => `${withHeader({})}AAAA`, 'bad_signature'],
  ['an RS256 signature of another modulus', () => `${rsaToken().replace(/[^.]+$/, 'A'.repeat(342))}`, 'bad_signature'],
  ['no signature', () => `${withHeader({}).split('.').slice(0, 2).join('.')}.`, 'bad_signature'],
];

function rsaToken(): string {
  return forged({ kid: oursRsa.key.kid, alg: 'RS256', typ: 'at+jwt' }, someClaims(), oursRsa.privateKey);
}

function notUtf8(): string {
  const payload = Buffer.from(JSON.stringify(someClaims()).replace('TestApiClient"', 'Test\u00ff"'), 'latin1').toString('base64url');
  return `${encoded(header())}.${payload}.${'A'.repeat(86)}`;
}

function hs256(form: 'pem' | 'jwk', { key } = ours): string {
  const { publicKey } = verificationKey(key);
  const bytes = form === 'pem' ? publicKey.export({ format: 'pem', type: 'spki' }) : JSON.stringify(key.publicJwk);
  return forged({ kid: key.kid, alg: 'HS256', typ: 'at+jwt' }, someClaims(), createSecretKey(Buffer.from(bytes)));
}

describe('a forged token', () => {
  it.for(FORGERIES)('%s is refused before any signature is checked', async ([, make, reason, claim]) => {
    const { result, checks } = await judged(await make());
    expect(result).toEqual(claim === undefined ? { ok: false, reason } : { ok: false, reason, claim });
    expect(checks).toBe(0);
  });

  it.each([
    ['altered claims under RS256', () => rsaToken().replace(/\.[^.]+\./, `.${encoded({ ...someClaims(), sub: 'other' })}.`)],
    ['a signature of zeros under RS256', () => rsaToken().replace(/[^.]+$/, 'A'.repeat(512))],
    ['the wrong key', () => forged(header(), someClaims(), stranger.privateKey)],
    ['altered claims', () => withHeader({}).replace(/\.[^.]+\./, `.${encoded({ ...someClaims(), sub: 'other' })}.`)],
    ['a signature of zeros', () => withHeader({}).replace(/[^.]+$/, 'A'.repeat(86))],
  ])('%s is refused by the signature', async (_, make) => {
    const { result, checks } = await judged(make());
    expect(result).toEqual({ ok: false, reason: 'bad_signature' });
    expect(checks).toBe(1);
  });

  it.each(SIGNING_ALGORITHMS)('%s: every change of a single byte is refused', async (algorithm) => {
    const token = await signed(signerOf(algorithm));
    const verify = createTokenVerifier({ issuer: ISSUER, audiences: [AUDIENCE], skew: { earlyMs: 0, lateMs: 0 }, find: (kid) => known.get(kid) });
    const accepted: string[] = [];
    for (let at = 0; at < token.length; at += 1) {
      const changed = changedAt(token, at);
      const results = await Promise.all(changed.map((each) => verify(each, NOW)));
      accepted.push(...changed.filter((_, which) => results[which]?.ok));
    }
    expect(accepted).toEqual([]);
  });

  it('every truncation and every appended byte is refused', async () => {
    const token = await signed(ours);
    for (let end = 0; end < token.length; end += 1) expect((await judged(token.slice(0, end))).result.ok).toBe(false);
    for (const more of ['A', '.', '=', ' ', '\n']) expect((await judged(token + more)).result.ok).toBe(false);
  });
});

/** Each bit of the byte flipped, the next character of the alphabet, and some that do not belong there. */
function changedAt(token: string, at: number): readonly string[] {
  const code = token.charCodeAt(at);
  const flipped = [0, 1, 2, 3, 4, 5, 6].map((bit) => String.fromCharCode(code ^ (1 << bit)));
  const others = at % 16 === 0 ? [...'AZaz09-_.= '] : [];
  return [...new Set([...flipped, ...others])].filter((char) => char !== token[at]).map((char) => token.slice(0, at) + char + token.slice(at + 1));
}

describe('the standing of a key', () => {
  it('a planned key counts, unless the caller says otherwise, and then before the signature', async () => {
    const planned = await aSigner('EdDSA');
    const { kid, region, sequence, algorithm, publicJwk, createdAt, maxTokenLifetimeMs } = planned.key;
    known.set(kid, verificationKey({ kid, region, sequence, algorithm, publicJwk, createdAt, maxTokenLifetimeMs, state: 'planned' }));
    const token = await signed(planned);
    expect((await judged(token)).result.ok).toBe(true);
    const strict = await judged(token, { standing: (key) => (key.state === 'planned' ? 'key_planned' : undefined) });
    expect(strict).toEqual({ result: { ok: false, reason: 'key_planned' }, checks: 0 });
  });

  it('a retiring key counts until it is gone', async () => {
    const token = withoutExpiry(elsewhereRetired);
    expect((await judged(token, {}, NOW - 1)).result.ok).toBe(true);
    expect((await judged(token, {}, NOW)).result).toEqual({ ok: false, reason: 'key_retired' });
  });
});

function withoutExpiry(signer: ActiveSigner): string {
  return forged({ ...header(), kid: signer.key.kid }, { ...someClaims(), exp: SECONDS + 10_000 }, signer.privateKey);
}

describe('signing', () => {
  it('signs with an active key only, for no longer than the key is kept, and nothing that verifiers refuse for its length', async () => {
    const retired = { key: { ...ours.key, state: 'retiring', retiredAt: NOW, goneAt: NOW + 1 } as const, privateKey: ours.privateKey };
    expect(await signAccessToken(retired, someClaims(), NOW)).toEqual({ ok: false, reason: 'key_not_active' });
    const longest = SECONDS + ours.key.maxTokenLifetimeMs / 1_000;
    expect((await signAccessToken(ours, { ...someClaims(), exp: longest }, NOW)).ok).toBe(true);
    expect(await signAccessToken(ours, { ...someClaims(), exp: longest + 1 }, NOW)).toEqual({ ok: false, reason: 'lifetime_too_long' });
    expect(await signAccessToken(ours, { ...someClaims(), exp: Number.NaN }, NOW)).toEqual({ ok: false, reason: 'lifetime_too_long' });
    expect(await signAccessToken(ours, { ...someClaims(), filler: 'x'.repeat(13_000) }, NOW)).toEqual({ ok: false, reason: 'too_large' });
  });

  it('writes kid, alg and typ into the header and nothing else', async () => {
    const token = await signed(ours);
    expect(Object.entries(decodeProtectedHeader(token))).toEqual([
      ['kid', ours.key.kid],
      ['alg', 'EdDSA'],
      ['typ', 'at+jwt'],
    ]);
    await expect(compactVerify(token, verificationKey(stranger.key).publicKey)).rejects.toThrow();
  });
});
