import { revision } from '@mintmark/domain';
import { expect } from 'vitest';
import type { Behaviours } from './adapter.ts';
import { bury, fill, NEVER, one, refused } from './expecting.ts';
import { again, aToken, gone } from './records.ts';

export const comparing = {
  'revision 0 stands for a key that was never written': async ({ log }) => {
    await log.append(aToken(), NEVER);
  },
  'revision 0 conflicts on a live key and names its revision': async ({ log }) => {
    const token = aToken();
    const at = await log.append(token, NEVER);
    expect((await refused(log.append(again(token), NEVER), 'conflict')).revision).toBe(at);
  },
  'revision 0 conflicts on a tombstone and names its revision': async ({ log }) => {
    const { token, at } = await bury(log);
    expect((await refused(log.append(again(token), NEVER), 'conflict')).revision).toBe(at);
  },
  'the newest revision of a key holds': async ({ log }) => {
    const token = aToken();
    const first = await log.append(token, NEVER);
    await fill(log, 2);
    const second = await log.append(again(token), { key: first });
    await log.append(again(token), { key: second });
  },
  'a superseded revision of a key conflicts': async ({ log }) => {
    const token = aToken();
    const first = await log.append(token, NEVER);
    const second = await log.append(again(token), { key: first });
    expect((await refused(log.append(again(token), { key: first }), 'conflict')).revision).toBe(second);
  },
  'a revision above 0 conflicts on a key that was never written': async ({ log }) => {
    const { at: other } = await one(log);
    expect((await refused(log.append(aToken(), { key: other }), 'conflict')).revision).toBe(0);
  },
  'a revision that is still to come conflicts': async ({ log }) => {
    const token = aToken();
    const at = await log.append(token, NEVER);
    await refused(log.append(again(token), { key: revision(at + 1) }), 'conflict');
  },
  'the revision of another key conflicts': async ({ log }) => {
    const token = aToken();
    await log.append(token, NEVER);
    const other = await log.append(aToken(), NEVER);
    await refused(log.append(again(token), { key: other }), 'conflict');
  },
  'a tombstone needs its key at the revision expected': async ({ log }) => {
    const token = aToken();
    const first = await log.append(token, NEVER);
    await log.append(again(token), { key: first });
    await refused(log.append(gone(token), { key: first }), 'conflict');
    expect((await log.get(token))?.record.deleted).toBe(false);
  },
  'a deleted key is written again on its tombstone': async ({ log }) => {
    const { token, at } = await bury(log);
    const back = await log.append(again(token), { key: at });
    expect(await log.get(token)).toMatchObject({ revision: back, record: { deleted: false, createIndex: back } });
  },
  'a conflict writes nothing': async ({ log }) => {
    const token = aToken();
    await log.append(token, NEVER);
    const before = await log.get(token);
    const head = await log.head();
    await refused(log.append(again(token), NEVER), 'conflict');
    expect(await log.get(token)).toEqual(before);
    expect(await log.head()).toEqual(head);
  },
  'the head holds for a new key and for an old one': async ({ log }) => {
    const token = aToken();
    const first = await log.append(token, { head: (await log.head()).revision });
    const second = await log.append(aToken(), { head: first });
    await log.append(again(token), { head: second });
  },
  'a head that has moved conflicts and names the head': async ({ log }) => {
    const { revision: before } = await log.head();
    const now = await log.append(aToken(), NEVER);
    expect((await refused(log.append(aToken(), { head: before }), 'conflict')).revision).toBe(now);
  },
  'a head moved by a local record or a tombstone conflicts': async ({ log }) => {
    const before = await log.append(aToken(), NEVER);
    const token = aToken({ scope: 'local' });
    const live = await log.append(token, NEVER);
    await refused(log.append(aToken(), { head: before }), 'conflict');
    await log.append(gone(token), { key: live });
    await refused(log.append(aToken(), { head: live }), 'conflict');
  },
  'a head that is still to come conflicts': async ({ log }) => {
    const now = await log.append(aToken(), NEVER);
    await refused(log.append(aToken(), { head: revision(now + 1) }), 'conflict');
  },
  'an empty log has its base as head': async ({ another }) => {
    const { log } = await another({ base: revision(5_000) });
    expect(await log.head()).toMatchObject({ revision: 5_000, compacted: 0 });
    const first = await log.append(aToken(), { head: revision(5_000) });
    expect(first).toBeGreaterThan(5_000);
    expect((await log.head()).revision).toBe(first);
  },
} satisfies Behaviours;
