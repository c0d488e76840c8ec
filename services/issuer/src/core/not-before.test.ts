import { describe, expect, it } from 'vitest';
import { endingAt } from './not-before.ts';

/** As tokens are dated (T1): by clients' rules, and by users'. */
const DATED = [(now: number, notBefore: number) => Math.max(Math.floor(now / 1_000), Math.ceil(notBefore / 1_000)) * 1_000, (now: number, notBefore: number) => Math.max(Math.floor(now / 1_000), notBefore === 0 ? 0 : Math.floor(notBefore / 1_000) + 1) * 1_000] as const;
const LIVES = [(date: number, notBefore: number) => date >= notBefore, (date: number, notBefore: number) => date > notBefore] as const;

describe.each([0, 1] as const)('a not-before (rule %i)', (rule) => {
  const [dated, lives] = [DATED[rule], LIVES[rule]];

  it.each([
    ['in seconds of their own', [10_050, 12_600, 15_000]],
    ['within one second', [10_050, 10_600, 10_601, 10_999]],
    ['at the edge of a second', [10_000, 10_001, 11_000, 11_001]],
  ])('that is raised again and again %s ends each time what was issued before, and nothing that is issued after', (_, moments) => {
    let notBefore = 0;
    for (const moment of moments) {
      const before = dated(moment - 1, notBefore);
      notBefore = endingAt(moment, notBefore, moment);
      expect(lives(before, notBefore)).toBe(false);
      expect(lives(dated(moment + 1, notBefore), notBefore)).toBe(true);
    }
  });

  it('never goes back, and leaves alone what is asked for the past', () => {
    expect(endingAt(9_000, 10_050, 12_000)).toBe(10_050);
    expect(endingAt(9_000, 0, 12_000)).toBe(9_000);
  });
});
