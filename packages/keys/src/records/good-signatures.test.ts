import { expect, it } from 'vitest';
import { GoodSignatures } from './good-signatures.ts';

const contentOf = (number: number): Uint8Array => Buffer.from(`content ${number}`);

it('knows what was added, and neither another content nor another signature of it', () => {
  const good = new GoodSignatures(1_000);
  expect(good.has(contentOf(1), 'a')).toBe(false);
  good.add(contentOf(1), 'a');
  expect([good.has(contentOf(1), 'a'), good.has(contentOf(1), 'b'), good.has(contentOf(2), 'a')]).toEqual([true, false, false]);
});

it('remembers most of as many as it has places for, and never more than that', () => {
  const good = new GoodSignatures(1_000);
  const known = (from: number): number => Array.from({ length: 1_000 }, (_, i) => good.has(contentOf(from + i), 'a')).filter(Boolean).length;
  for (let i = 0; i < 1_000; i += 1) good.add(contentOf(i), 'a');
  expect(known(0)).toBeGreaterThan(800);
  for (let i = 1_000; i < 2_000; i += 1) good.add(contentOf(i), 'a');
  expect(known(0) + known(1_000)).toBeLessThanOrEqual(1_000);
  expect(known(1_000)).toBeGreaterThan(600);
});

it('takes no second place for what it knows', () => {
  const good = new GoodSignatures(8);
  good.add(contentOf(1), 'a');
  for (let i = 0; i < 8; i += 1) good.add(contentOf(2), 'a');
  expect([good.has(contentOf(1), 'a'), good.has(contentOf(2), 'a')]).toEqual([true, true]);
});
