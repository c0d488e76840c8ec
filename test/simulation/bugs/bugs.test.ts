import { expect, test } from 'vitest';
import { findBug } from './find.ts';
import { BUGS } from './index.ts';

/** Seeds after which a bug counts as not found. */
const MOST = 300;
const MINUTES = 5 * 60_000;

test.each(Object.entries(BUGS))('a deliberate bug is found: %s', { timeout: MINUTES }, async (_name, sabotage) => {
  expect(await findBug(sabotage, MOST)).toMatchObject({ broken: { promise: expect.stringMatching(/^(P\d+|defect)$/) } });
});
