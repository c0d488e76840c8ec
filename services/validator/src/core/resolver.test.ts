import { MalformedRecord } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { expect, test } from 'vitest';
import { type Ask, AuthorityResolver } from './resolver.ts';

const UNKNOWN = { record: undefined, modifyIndex: 0, freshness: `us:${'c'.repeat(22)}:6` };

/** Of a moment in which no time passes. */
const STILL = { ...systemWorld, clock: { ...systemWorld.clock, monotonic: () => 1_000 } };

function resolverOf(ask: Ask): AuthorityResolver<'token'> {
  return new AuthorityResolver('token', ask, STILL, { remembered: 100, asks: () => true });
}

test.each([
  ['a refusal', new Refusal('unavailable', 'not now')],
  ['a record that cannot be read here', new MalformedRecord('a newer version')],
])('an authority that answers with %s has not answered; the next question finds out, alone, and the others wait for it', async (_, failure) => {
  const asked: string[] = [];
  let answers = false;
  const resolver = resolverOf(async (digest) => {
    asked.push(digest);
    if (!answers) throw failure;
    return UNKNOWN;
  });
  expect(await resolver.resolve('a', 'peer')).toBe('unanswered');
  expect(await Promise.all(['b', 'c', 'd'].map((digest) => resolver.resolve(digest, 'peer')))).toEqual(['unanswered', 'unanswered', 'unanswered']);
  expect(asked).toEqual(['a', 'b']);
  answers = true;
  expect(await Promise.all(['e', 'f'].map((digest) => resolver.resolve(digest, 'peer')))).toEqual([undefined, undefined]);
  expect(asked).toEqual(['a', 'b', 'e', 'f']);
});

test('a defect is whoever asked’s alone: nobody else hears of it, and questions go on', async () => {
  let answer: () => Promise<typeof UNKNOWN> = () => Promise.reject(new Refusal('unavailable', 'not now'));
  const resolver = resolverOf(() => answer());
  await resolver.resolve('a', 'peer');
  answer = () => Promise.reject(new TypeError('a defect'));
  await expect(resolver.resolve('b', 'peer')).rejects.toThrow('a defect');
  answer = async () => UNKNOWN;
  expect(await Promise.all(['c', 'd'].map((digest) => resolver.resolve(digest, 'peer')))).toEqual([undefined, undefined]);
});

test('one peer’s questions do not use up another’s', async () => {
  const resolver = resolverOf(async () => UNKNOWN);
  const all = (peer: string) => Promise.all(Array.from({ length: 1_100 }, (__, at) => resolver.resolve(`${peer}${at}`, peer)));
  const first: unknown[] = [];
  for (let at = 0; at < 1_100; at += 1) first.push(await resolver.resolve(`first${at}`, 'first'));
  expect(first.filter((answer) => answer === 'unanswered').length).toBeGreaterThan(0);
  expect(await resolver.resolve('second', 'second')).toBeUndefined();
  expect((await all('third')).filter((answer) => answer === undefined).length).toBe(256);
});
