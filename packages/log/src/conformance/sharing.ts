import { expect } from 'vitest';
import { type Behaviours, hook } from './adapter.ts';
import { fill, NEVER, refused } from './expecting.ts';
import { Reader } from './reader.ts';
import { again, aToken } from './records.ts';

export const sharing = {
  'two handles see one log': async ({ log, under }) => {
    const other = await hook(under, 'second')();
    const token = aToken();
    const at = await log.append(token, NEVER);
    expect(await other.head()).toEqual(await log.head());
    expect((await other.get(token))?.revision).toBe(at);
    const next = await other.append(again(token), { key: at });
    await refused(log.append(again(token), { key: at }), 'conflict');
    expect((await log.get(token))?.revision).toBe(next);
  },
  'of concurrent appends through two handles, one wins': async ({ log, under }) => {
    const other = await hook(under, 'second')();
    for (let round = 0; round < 20; round += 1) {
      const token = aToken();
      const outcomes = await Promise.allSettled([log, other, log, other].map((handle) => handle.append(again(token), NEVER)));
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    }
  },
  'a tail of one handle is woken by an append through the other': async ({ log, under }) => {
    const other = await hook(under, 'second')();
    await using reader = new Reader(other);
    await reader.next();
    const at = await log.append(aToken(), NEVER);
    expect((await reader.until(at)).map((entry) => entry.revision)).toEqual([at]);
  },
  'closing one handle leaves the other open': async ({ log, under }) => {
    const other = await hook(under, 'second')();
    await log.close();
    await fill(other, 2);
  },
} satisfies Behaviours;
