import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { createPlatformVerifier, readPlatforms } from './platform.ts';

const NOW = 1_790_000_000_000;
const SECONDS = NOW / 1_000;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const SUBJECT = 'system:serviceaccount:shop:web';
const GIVEN = { issuer: 'https://kubernetes.example', audience: 'https://mint.example', jwks: { keys: [{ ...ec.publicKey.export({ format: 'jwk' }), kid: 'k' }] }, jobs: { [SUBJECT]: 'job::/shop::web' } };

const read = readPlatforms([GIVEN]);
if (!read.ok) throw new Error(read.problem);
const verify = createPlatformVerifier(() => read.platforms, { earlyMs: 30_000, lateMs: 0 });

const assertion = (claims: object = {}, header: object = {}, key = ec.privateKey): Promise<string> =>
  new SignJWT({ iss: GIVEN.issuer, sub: SUBJECT, aud: [GIVEN.audience], iat: SECONDS, exp: SECONDS + 3_600, ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'k', ...header }).sign(key);

test('an assertion of a configured platform names the job of its subject, as often as it is shown', async () => {
  const text = await assertion();
  expect([await verify(text, NOW), await verify(text, NOW)]).toEqual([{ ok: true, job: 'job::/shop::web' }, { ok: true, job: 'job::/shop::web' }]);
});

test.each([
  ['wrong_issuer', { iss: 'https://other.example' }, {}],
  ['wrong_audience', { aud: ['https://mint.example', 'https://other.example'] }, {}],
  ['wrong_audience', { aud: 'https://other.example' }, {}],
  ['unknown_subject', { sub: 'system:serviceaccount:shop:other' }, {}],
  ['expired', { exp: SECONDS }, {}],
  ['lifetime_too_long', { exp: SECONDS + 2 * 86_400 }, {}],
  ['not_yet_valid', { nbf: SECONDS + 60 }, {}],
  ['claim_missing', { sub: undefined }, {}],
  ['unknown_key', {}, { kid: 'x' }],
  ['wrong_type', {}, { typ: 'at+jwt' }],
] as const)('%s is refused: %j %j', async (reason, claims, header) => expect(await verify(await assertion(claims, header), NOW)).toMatchObject({ ok: false, reason }));

test('another key does not sign for the platform, and a changed assertion is none', async () => {
  expect(await verify(await assertion({}, {}, stranger.privateKey), NOW)).toEqual({ ok: false, reason: 'bad_signature' });
  expect(await verify('x', NOW)).toEqual({ ok: false, reason: 'malformed' });
});

test.each([
  [{}, 'must be a list'],
  [[{ ...GIVEN, issuer: 1 }], '[0].issuer'],
  [[{ ...GIVEN, jobs: [] }], '[0].jobs'],
  [[{ ...GIVEN, jwks: { keys: [] } }], '[0].jwks'],
  [[GIVEN, GIVEN], '[1].issuer is that of another'],
])('a configuration that is none is refused by its member: %#', (value, problem) => expect(readPlatforms(value)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) as string }));
