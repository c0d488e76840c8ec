import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { revision } from '@mintmark/domain';
import { expect, vi } from 'vitest';
import type { Behaviours } from './adapter.ts';
import { type fill, flood, NEVER, one } from './expecting.ts';
import { Reader } from './reader.ts';
import { again, aPolicy, aToken } from './records.ts';

const MEGABYTE = 1 << 20;
const HUGE = 'x'.repeat(512 * 1_024);

/** Bytes that this process holds after a collection. */
function held(): number {
  setFlagsFromString('--expose_gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Appends one huge policy over and over: 100 MB in all. Returns the last revision. */
async function churn(log: Parameters<typeof fill>[0]): Promise<number> {
  const policy = aPolicy({ rules: HUGE });
  let at = await log.append(policy, NEVER);
  for (let i = 1; i < 200; i += 1) at = await log.append(again(policy), { key: at });
  return at;
}

export const pacing = {
  'an idle reader gets a mark at least every 2 s': async ({ log }) => {
    const { at: head } = await one(log);
    await using reader = new Reader(log);
    await reader.until(head);
    for (let i = 0; i < 2; i += 1) {
      const asked = performance.now();
      expect(await reader.next()).toEqual({ entries: [], through: head, setAside: [] });
      expect(performance.now() - asked).toBeLessThan(2_100);
    }
  },
  'an idle global reader learns how far the log has moved': async ({ log }) => {
    await using reader = new Reader(log, { scope: 'global' });
    await reader.next();
    for (let i = 0; i < 3; i += 1) {
      const at = await log.append(aToken({ scope: 'local' }), NEVER);
      const asked = performance.now();
      await reader.until(at);
      expect(performance.now() - asked).toBeLessThan(2_100);
    }
  },
  'a reader that stops reading is not sent more than a bounded amount': async ({ log }) => {
    await using reader = new Reader(log);
    await reader.next();
    const before = held();
    const last = revision(await churn(log));
    // The engine gives buffers back a while after a collection.
    await vi.waitFor(() => expect(held() - before).toBeLessThan(48 * MEGABYTE), { timeout: 5_000 });
    await reader.until(last);
  },
  'a reader that stops in the middle goes on where it was': async ({ log }) => {
    const { at: first } = await one(log);
    await using slow = new Reader(log);
    await slow.until(first);
    const head = await flood(log, 3_000);
    expect(await slow.until(head)).toHaveLength(3_001);
  },
  'a slow reader holds back neither writers nor other readers': async ({ log }) => {
    await using slow = new Reader(log);
    await slow.next();
    await using quick = new Reader(log);
    for (let i = 0; i < 20; i += 1) await quick.until(await flood(log, 100));
    expect(quick.entries).toHaveLength(2_000);
    expect(slow.entries).toHaveLength(0);
    expect(await slow.until(quick.through)).toHaveLength(2_000);
  },
} satisfies Behaviours;
