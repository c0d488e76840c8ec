import { type Revision, revision } from '@mintmark/domain';
import type { World } from '@mintmark/kit/lifecycle';
import type { Log } from '@mintmark/log';
import { expect, it } from 'vitest';
import { compactForever, type Written } from './compactor.ts';

const DAY = 86_400_000;
const KEEP = { keepMs: 7 * DAY, everyMs: DAY };
const TODAY = 1_000 * DAY;

/** How far a log was purged on each of some days of a process; its head grows by ten a day. */
async function purgedOn(days: number, written: readonly Written[] | undefined): Promise<readonly number[]> {
  const purged: number[] = [];
  let day = 0;
  const stop = new AbortController();
  const log = {
    head: async () => ({ revision: revision(100 + 10 * day) }),
    async compact(before: Revision) {
      purged[day] = before;
      return 1;
    },
  } as unknown as Log;
  const clock = { now: () => TODAY + day * DAY, monotonic: () => day * DAY };
  const timers = {
    async sleep() {
      day += 1;
      if (day === days) stop.abort();
    },
  };
  await compactForever({ log, world: { clock, timers } as unknown as World, written: () => written, onCompacted: () => undefined }, KEEP, stop.signal);
  return Array.from({ length: days }, (_, at) => purged[at] ?? 0);
}

it('purges what a process has seen for as long as it is kept', async () => {
  expect(await purgedOn(10, [])).toEqual([0, 0, 0, 0, 0, 0, 0, 100, 110, 120]);
});

it('purges what was signed as long ago, in a process that begins anew each day too', async () => {
  const signed = [10, 8, 6, 3].map((ago, i) => ({ at: TODAY - ago * DAY, through: revision(20 * (i + 1)) }));
  expect(await purgedOn(1, signed)).toEqual([40]);
  expect(await purgedOn(6, signed)).toEqual([40, 60, 0, 0, 80, 0]);
});

it('leaves what was signed in the future, and everything while the log has not been read', async () => {
  expect(await purgedOn(3, [{ at: TODAY + DAY, through: revision(50) }])).toEqual([0, 0, 0]);
  expect(await purgedOn(3, undefined)).toEqual([0, 0, 0]);
});
