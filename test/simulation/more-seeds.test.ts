import { expect, test } from 'vitest';
import { runSeeds } from './report.ts';

const ODD = Array.from({ length: 50 }, (_, n) => 2 * n + 1);
const MINUTES = 30 * 60_000;

test(`three regions keep their promises, whatever happens: ${ODD.length} more seeds`, { timeout: MINUTES }, async () => {
  expect(await runSeeds(ODD)).toHaveLength(ODD.length);
});
