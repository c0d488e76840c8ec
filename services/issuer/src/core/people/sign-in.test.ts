import type { Refusal } from '@mintmark/domain';
import { createSealer } from '@mintmark/keys';
import { systemWorld, type World } from '@mintmark/kit/lifecycle';
import { expect, test } from 'vitest';
import type { Challenge } from './provider.ts';
import { SignIns } from './sign-in.ts';

const HOST = 'mint.example:8443';
const SETTINGS = { redirectUrls: [new URL(`https://${HOST}/authentication/oidc/callback`)] };
const sealerOf = (byte: number) => createSealer([new Uint8Array(32).fill(byte)], systemWorld.random.bytes);

/** Sign-ins over a provider that vouches for everybody, as soon as `vouch` lets it. */
function signIns(vouch: () => Promise<void> = async () => undefined) {
  let now = 1_000_000;
  const asked: Challenge[] = [];
  const world: World = { ...systemWorld, clock: { now: () => now, monotonic: () => now } };
  const provider = {
    authorizationUrl: async ({ state }: Challenge) => `https://provider.example/?state=${state}`,
    async usernameOf(_: string, challenge: Challenge) {
      asked.push(challenge);
      await vouch();
      return 'ann';
    },
  };
  const made = new SignIns(SETTINGS, provider, { sealer: sealerOf(1), world });
  async function begin() {
    const { authorizationUrl, sealed } = await made.begin({ audience: 'account', tenantAlias: '', host: HOST });
    return { sealed, query: new URL(authorizationUrl).search };
  }
  const judge = (sealed: Uint8Array, query: string): Promise<string> =>
    made.judge(sealed, query).then(
      ({ username }) => username,
      (refusal: Refusal) => refusal.code,
    );
  return { made, begin, judge, asked, pass: (ms: number) => (now += ms) };
}

test('S1 an answer counts within ten minutes, once', async () => {
  const { begin, judge, asked, pass } = signIns();
  const [intime, late] = [await begin(), await begin()];
  pass(599_999);
  expect(await judge(intime.sealed, intime.query)).toBe('ann');
  expect(await judge(intime.sealed, intime.query)).toBe('invalid_argument');
  pass(1);
  expect(await judge(late.sealed, late.query)).toBe('invalid_argument');
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ redirectUrl: SETTINGS.redirectUrls[0]?.href, state: expect.stringMatching(/^[\w-]{43}$/), verifier: expect.stringMatching(/^[\w-]{43}$/) });
});

test('S1 what was sealed elsewhere, or for something else, counts for nothing', async () => {
  const { begin, judge, asked } = signIns();
  const { query } = await begin();
  const pending = JSON.stringify({ state: query.slice('?state='.length), began: 1_000_000 });
  for (const sealed of [sealerOf(2).seal(pending, 'sign-in through a provider'), sealerOf(1).seal(pending, 'token'), new Uint8Array()]) {
    expect(await judge(sealed, query)).toBe('invalid_argument');
  }
  expect(asked).toEqual([]);
});

test('S3 a sign-in begins where the provider may send the browser back to', async () => {
  const { made } = signIns();
  const begin = (host: string, audience = 'soc') => made.begin({ audience, tenantAlias: '', host });
  await expect(begin(HOST.toUpperCase())).resolves.toMatchObject({ redirectUrl: SETTINGS.redirectUrls[0]?.href });
  for (const host of ['mint.example', 'evil.example', '']) await expect(begin(host)).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining(HOST) });
  await expect(begin(HOST, 'root')).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('audience') });
});

test('a provider that is slow keeps so many waiting and no more', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { begin, judge } = signIns(() => promise);
  const begun = await Promise.all(Array.from({ length: 65 }, begin));
  const judged = begun.map(({ sealed, query }) => judge(sealed, query));
  expect(await judged[64]).toBe('unavailable');
  resolve();
  expect(new Set(await Promise.all(judged.slice(0, 64)))).toEqual(new Set(['ann']));
  const [{ sealed, query }] = begun.slice(64) as [(typeof begun)[number]];
  expect(await judge(sealed, query)).toBe('ann');
});
