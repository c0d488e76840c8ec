import { expect, test } from 'vitest';
import { findBug } from './find.ts';
import { BUGS } from './index.ts';

/** Seeds after which a bug counts as not found. */
const MOST = 300;
const MINUTES = 30 * 60_000;
/** Where to look first for those that few seeds find. `npm run soak:bugs` counts from 1. */
const FIRST: Readonly<Record<string, number>> = { anythingBelieved: 132, laggingAuthorityBelieved: 51, comesBackTrusted: 111, handedOverTooEarly: 38, logIsNotReadAgain: 17 };

test.each(Object.entries(BUGS))('a deliberate bug is found: %s', { timeout: MINUTES }, async (name, sabotage) => {
  expect(await findBug(sabotage, MOST, FIRST[name])).toMatchObject({ broken: { promise: expect.stringMatching(/^(P\d+|defect)$/) } });
});
