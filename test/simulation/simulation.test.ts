import { expect, test } from 'vitest';
import { planOf } from './plan.ts';
import { runSeeds } from './report.ts';
import { simulate } from './run.ts';

const EVEN = Array.from({ length: 50 }, (_, n) => 2 * n);
const MINUTES = 30 * 60_000;

test.each([3, 10, 21])('seed %i takes the same steps every time', { timeout: MINUTES }, async (seed) => {
  const first = await simulate(planOf(seed));
  const second = await simulate(planOf(seed));
  expect(second).toEqual(first);
  expect(first.steps).toBeGreaterThan(1_000);
});

test('two seeds do not take the same steps', { timeout: MINUTES }, async () => {
  const [one, two] = await runSeeds([1, 2]);
  expect(one?.hash).not.toBe(two?.hash);
});

test(`three regions keep their promises, whatever happens: ${EVEN.length} seeds`, { timeout: MINUTES }, async () => {
  expect(await runSeeds(EVEN)).toHaveLength(EVEN.length);
});
