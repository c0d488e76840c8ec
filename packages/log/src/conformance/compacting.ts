import { revision } from '@mintmark/domain';
import { expect } from 'vitest';
import type { Behaviours } from './adapter.ts';
import { bury, fill, flood, inFlight, NEVER, one, refused, rewrite } from './expecting.ts';
import { Reader } from './reader.ts';
import { again, aToken, gone } from './records.ts';

export const compacting = {
  'compaction purges the tombstones up to a revision and says how many': async ({ log }) => {
    const first = await bury(log);
    const second = await bury(log);
    const third = await bury(log);
    expect(await log.compact(second.at)).toBe(2);
    expect(await log.get(first.token)).toBeUndefined();
    expect(await log.get(second.token)).toBeUndefined();
    expect(await log.get(third.token)).toMatchObject({ revision: third.at, record: { deleted: true } });
  },
  'compaction leaves live records alone': async ({ log }) => {
    const { token, at } = await one(log);
    const { at: died } = await bury(log);
    expect(await log.compact(died)).toBe(1);
    expect(await log.get(token)).toMatchObject({ revision: at, record: { deleted: false } });
  },
  'compaction of a log without tombstones purges none and moves the mark': async ({ log }) => {
    await fill(log, 2);
    const { at } = await one(log);
    expect(await log.compact(at)).toBe(0);
    expect((await log.head()).compacted).toBe(at);
  },
  'the head tells the compacted mark, at first 0': async ({ log }) => {
    expect((await log.head()).compacted).toBe(0);
    const { at } = await bury(log);
    await log.compact(at);
    expect((await log.head()).compacted).toBe(at);
  },
  'compaction is carried on where it ended': async ({ log }) => {
    const first = await bury(log);
    expect(await log.compact(first.at)).toBe(1);
    const second = await bury(log);
    expect(await log.compact(first.at)).toBe(0);
    expect(await log.compact(second.at)).toBe(1);
    expect(await log.compact(second.at)).toBe(0);
  },
  'the mark never goes back': async ({ log }) => {
    const first = await bury(log);
    const second = await bury(log);
    await log.compact(second.at);
    expect(await log.compact(first.at)).toBe(0);
    expect((await log.head()).compacted).toBe(second.at);
  },
  'compaction beyond the head goes as far as the head': async ({ log }) => {
    const { at } = await bury(log);
    expect(await log.compact(revision(at + 1_000))).toBe(1);
    expect((await log.head()).compacted).toBe(at);
    const next = await log.append(aToken(), NEVER);
    await using reader = new Reader(log, { after: at });
    expect((await reader.until(next)).map((entry) => entry.revision)).toEqual([next]);
  },
  'a purged key counts as never written': async ({ log }) => {
    const { token, at } = await bury(log);
    await log.compact(at);
    expect((await refused(log.append(again(token), { key: at }), 'conflict')).revision).toBe(0);
    const back = await log.append(again(token), NEVER);
    expect(back).toBeGreaterThan(at);
    expect(await log.get(token)).toMatchObject({ revision: back });
  },
  'a key that was written again is not purged': async ({ log }) => {
    const { token, at } = await bury(log);
    const back = await log.append(again(token), { key: at });
    expect(await log.compact(at)).toBe(0);
    expect(await log.compact(back)).toBe(0);
    expect(await log.get(token)).toMatchObject({ revision: back, record: { deleted: false } });
  },
  'a key that is written again while compaction runs keeps its newer state': async ({ log }) => {
    const dead = await inFlight(100, () => bury(log), 16);
    const { revision: head } = await log.head();
    const [purged] = await Promise.all([
      log.compact(head),
      ...dead.map(async ({ token, at }) => {
        await log.append(again(token), { key: at }).catch(() => log.append(again(token), NEVER));
      }),
    ]);
    expect(purged).toBeLessThanOrEqual(100);
    for (const { token } of dead) expect((await log.get(token))?.record.deleted).toBe(false);
    await using reader = new Reader(log);
    expect((await reader.until((await log.head()).revision)).filter((entry) => entry.record.deleted)).toEqual([]);
  },
  'the head stays when the newest append is purged': async ({ log }) => {
    const { at } = await bury(log);
    await log.compact(at);
    const head = await log.head();
    expect(head.revision).toBeGreaterThanOrEqual(at);
    expect(await log.append(aToken(), { head: head.revision })).toBeGreaterThan(head.revision);
  },
  'a tail from 0 reads a compacted log': async ({ log }) => {
    const { at } = await bury(log);
    const { at: live } = await one(log);
    await log.compact(at);
    await using reader = new Reader(log);
    expect((await reader.until(live)).map((entry) => entry.revision)).toEqual([live]);
  },
  'a tail that does without purged tombstones starts anywhere in a compacted log, and outlasts a compaction': async ({ log }) => {
    const { at: live } = await one(log);
    const { at } = await bury(log);
    await log.compact(at);
    await using reader = new Reader(log, { after: revision(live - 1), withoutPurged: true });
    expect((await reader.until(live)).map((entry) => entry.revision)).toEqual([live]);
    const { at: later } = await bury(log);
    await log.compact(later);
    const { at: last } = await one(log);
    expect((await reader.until(last)).at(-1)?.revision).toBe(last);
  },
  'a tail from 0 reads a compacted log of many batches to its end': async ({ log }) => {
    await flood(log, 1_500);
    const { at } = await bury(log);
    await flood(log, 1_500);
    const { revision: head } = await log.head();
    expect(await log.compact(head)).toBe(1);
    await using reader = new Reader(log);
    const entries = await reader.until(head);
    expect(entries).toHaveLength(3_000);
    expect(entries.map((entry) => entry.revision)).not.toContain(at);
  },
  'a tail from below the mark ends with compacted and names the mark': async ({ log }) => {
    const { at: seen } = await one(log);
    const { at } = await bury(log);
    await log.compact(at);
    await using reader = new Reader(log, { after: seen });
    expect((await refused(reader.drain(), 'compacted')).revision).toBe(at);
  },
  'a tail from the mark goes on': async ({ log }) => {
    const { at } = await bury(log);
    await log.compact(at);
    const next = await log.append(aToken(), NEVER);
    await using reader = new Reader(log, { after: at });
    expect((await reader.until(next)).map((entry) => entry.revision)).toEqual([next]);
  },
  'compaction does not end a tail that has seen what is purged': async ({ log }) => {
    await using reader = new Reader(log);
    const { at } = await bury(log);
    await reader.until(at);
    await log.compact(at);
    const next = await log.append(aToken(), NEVER);
    expect((await reader.until(next)).at(-1)?.revision).toBe(next);
  },
  'a tail that lags behind the mark learns of every deletion or ends with compacted': async ({ log }) => {
    const token = aToken();
    const live = await log.append(token, NEVER);
    await using lagging = new Reader(log);
    await lagging.until(live);
    const died = await log.append(gone(token), { key: live });
    const head = await flood(log, 2_000);
    await log.compact(head);
    const outcome = await lagging.until(head).then(
      (entries) => entries.some((entry) => entry.revision === died),
      (error) => error.code === 'compacted',
    );
    expect(outcome).toBe(true);
  },
  'a tail from 0 that lags behind the mark never keeps a purged record': async ({ log }) => {
    const { token, at } = await one(log);
    await flood(log, 1_500);
    await using lagging = new Reader(log);
    await lagging.next();
    expect(lagging.entries[0]?.revision).toBe(at);
    const died = await log.append(gone(token), { key: at });
    await log.compact(died);
    const head = await log.append(aToken(), NEVER);
    const outcome = await lagging.until(head).then(
      (entries) => entries.some((entry) => entry.revision === died),
      (error) => error.code === 'compacted',
    );
    expect(outcome).toBe(true);
  },
  'superseded states are gone after compaction as before': async ({ log }) => {
    const token = aToken();
    const last = await rewrite(log, token, await log.append(token, NEVER), 5);
    await log.compact(last);
    await using reader = new Reader(log);
    expect((await reader.until(last)).map((entry) => entry.revision)).toEqual([last]);
  },
} satisfies Behaviours;
