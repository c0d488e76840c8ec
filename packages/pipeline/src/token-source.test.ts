import type { World } from '@mintmark/kit/lifecycle';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { expect, test } from 'vitest';
import { type Fetched, TokenSource } from './token-source.ts';

/** An API whose answers and a clock whose time the test sets. */
function scene(answers: Fetched[]) {
  let now = 0;
  let asked = 0;
  const world: World = { ...systemWorld, clock: { now: () => now, monotonic: () => now }, random: { ...systemWorld.random, fraction: () => 0.5 } };
  const source = new TokenSource(async () => {
    asked += 1;
    return answers[Math.min(asked, answers.length) - 1] as Fetched;
  }, world);
  return { source, asked: () => asked, advance: (ms: number) => (now += ms) };
}

const good = (token: string, seconds: number): Fetched => ({ ok: true, token, expiresInMs: seconds * 1_000 });
const denied: Fetched = { ok: false, failure: { status: 401, message: 'no' } };

test('a token is asked for once by all who want it, and counts until a second before its end', async () => {
  const { source, asked, advance } = scene([good('a', 10), good('b', 10)]);
  const all = await Promise.all([source.token(), source.token(), source.token()]);
  expect([all.map((one) => one.ok && one.token), asked()]).toEqual([['a', 'a', 'a'], 1]);
  advance(8_999);
  expect([await source.token(), asked()]).toMatchObject([{ token: 'a' }, 1]);
  advance(1);
  expect([await source.token(), asked()]).toMatchObject([{ token: 'b' }, 2]);
});

test('a refusal answers those who ask just after, and is asked about again soon', async () => {
  const { source, asked, advance } = scene([denied, good('a', 10)]);
  expect([await source.token(), await source.token(), asked()]).toMatchObject([{ ok: false }, { ok: false }, 1]);
  advance(250);
  expect([await source.token(), asked()]).toMatchObject([{ ok: true, token: 'a' }, 2]);
});

test('a renewal that fails leaves the token that is held', async () => {
  const { source } = scene([good('a', 10), denied]);
  await source.token();
  expect((await source.fresh()).ok).toBe(false);
  expect(await source.token()).toMatchObject({ ok: true, token: 'a' });
});

test('a token that the API refuses is dropped, and no other', async () => {
  const { source } = scene([good('a', 10), good('b', 10)]);
  await source.token();
  source.drop('x');
  expect(await source.token()).toMatchObject({ token: 'a' });
  source.drop('a');
  expect(await source.token()).toMatchObject({ token: 'b' });
});
