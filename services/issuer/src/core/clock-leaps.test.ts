import { expect, it } from 'vitest';
import { ClockLeaps } from './clock-leaps.ts';

it('tells of a leap once, and of one back too', () => {
  let [passed, ahead] = [0, 0];
  const leaps = new ClockLeaps({ now: () => 1_000_000 + passed + ahead, monotonic: () => passed });
  passed += 300_000;
  expect(leaps.take()).toBe(0);
  [passed, ahead] = [passed + 300_000, 7_200_000];
  expect(leaps.take()).toBe(7_200_000);
  passed += 300_000;
  expect(leaps.take()).toBe(0);
  ahead = 0;
  expect(leaps.take()).toBe(-7_200_000);
});
