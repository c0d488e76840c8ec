import { expect, it } from 'vitest';
import { PeerClocks } from './peer-clocks.ts';

it('tells of a clock that is apart once, and of its coming back', () => {
  const told: object[] = [];
  const clocks = new PeerClocks((event) => told.push(event));
  for (const [region, aheadMs] of [['eu', 30_000], ['ap', -30_001], ['eu', 90_000], ['eu', 95_000]] as const) clocks.note(region, aheadMs);
  expect(told).toEqual([{ region: 'ap', aheadMs: -30_001 }, { region: 'eu', aheadMs: 90_000 }]);
  expect(clocks.trouble).toBe("eu's clock is 95 s ahead of this one, ap's clock is 30 s behind this one");
  for (const region of ['eu', 'ap']) clocks.note(region, 12);
  expect(told.slice(2)).toEqual([{ region: 'eu', aheadMs: 12 }, { region: 'ap', aheadMs: 12 }]);
  expect([clocks.aheadOf('eu'), clocks.aheadOf('us')]).toEqual([12, 0]);
  expect([clocks.trouble, [...clocks.ahead]]).toEqual([undefined, [['eu', 12], ['ap', 12]]]);
});
