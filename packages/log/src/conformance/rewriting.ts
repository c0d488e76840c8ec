import { type MintRecord, type Revision, revision } from '@mintmark/domain';
import { expect } from 'vitest';
import { type Log, LogError } from '../log.ts';
import { type Behaviours, hook } from './adapter.ts';
import { bury, fill, NEVER, one, refused, rewrite } from './expecting.ts';
import { Reader } from './reader.ts';
import { again, aPolicy, aToken } from './records.ts';

const ABOVE = revision(5_000);

/** What another store would give back: live records under the indexes that they have. */
async function* kept(records: readonly MintRecord[]): AsyncGenerator<MintRecord> {
  yield* records;
}

function within(createIndex: Revision): MintRecord {
  return { ...aToken(), createIndex };
}

/** Appends until the log takes it: another handle goes over to a rewritten log within seconds. */
async function appended(log: Log, until = performance.now() + 5_000): Promise<Revision> {
  try {
    return await log.append(aToken(), NEVER);
  } catch (error) {
    if (!(error instanceof LogError) || performance.now() > until) throw error;
    return appended(log, until);
  }
}

export const rewriting = {
  'a rewritten log has what it was given, in its order, and nothing else': async ({ log }) => {
    const { token: lost, at } = await one(log);
    const records = [within(at), { ...aPolicy({ id: 'readers' }), createIndex: revision(2) }, within(revision(1))];
    const before = await log.head();
    const head = await log.rewrite(kept(records), { above: ABOVE });
    expect(head.incarnation).not.toBe(before.incarnation);
    expect(head).toMatchObject({ base: ABOVE, compacted: ABOVE, complete: true });
    await using reader = new Reader(log);
    const entries = await reader.until(head.revision);
    expect(entries.map(({ record }) => record)).toEqual(records);
    expect(Math.min(...entries.map((entry) => entry.revision))).toBeGreaterThan(ABOVE);
    expect(await log.get(lost)).toBeUndefined();
  },
  'a log rewritten from nothing is empty and stands at its base': async ({ log }) => {
    await fill(log, 3);
    expect(await log.rewrite(kept([]), { above: ABOVE })).toMatchObject({ base: ABOVE, revision: ABOVE, complete: true });
  },
  'a log that is new is complete': async ({ log }) => {
    expect(await log.head()).toMatchObject({ complete: true });
  },
  'a rewritten log takes appends, compares and sets, and keeps tombstones': async ({ log }) => {
    const record = within(revision(1));
    await log.rewrite(kept([record]), { above: ABOVE });
    const found = await log.get(record);
    await refused(log.append(again(record), NEVER), 'conflict');
    const { token, at } = await bury(log);
    expect((await log.get(token))?.record.deleted).toBe(true);
    expect(await rewrite(log, again(record) as never, found?.revision ?? revision(0), 2)).toBeGreaterThan(at);
    await log.append(aToken(), { head: (await log.head()).revision });
  },
  'a rewritten log survives': async ({ log, under }) => {
    const record = within(revision(1));
    const head = await log.rewrite(kept([record]), { above: ABOVE });
    const back = await under.reopen();
    expect(await back.head()).toEqual(head);
    expect((await back.get(record))?.record).toEqual(record);
  },
  'tails of the log of before end, whatever they have read': async ({ log }) => {
    await fill(log, 3);
    const { at } = await one(log);
    const { incarnation } = await log.head();
    await using all = new Reader(log);
    await using since = new Reader(log, { after: at, incarnation });
    await all.until(at);
    await log.rewrite(kept([within(at)]), { above: ABOVE });
    for (const reader of [all, since]) {
      const error = await reader.drain().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(LogError);
      expect(['regressed', 'compacted', 'missing']).toContain((error as LogError).code);
    }
  },
  'a rewrite whose source fails can be done again, and until then nothing looks whole that is not': async ({ log }) => {
    const record = within(revision(1));
    const failing = async function* (): AsyncGenerator<MintRecord> {
      yield record;
      throw new Error('the source is gone');
    };
    await expect(log.rewrite(failing(), { above: ABOVE })).rejects.toThrow('the source is gone');
    const between = await log.head();
    if (!between.complete) await refused(log.append(aToken(), NEVER), 'unavailable');
    expect(await log.rewrite(kept([record]), { above: ABOVE })).toMatchObject({ complete: true });
    await log.append(aToken(), NEVER);
  },
  'an append that stands on a state of another log is refused': async ({ log }) => {
    const { at } = await one(log);
    const token = aToken();
    await refused(log.append(token, NEVER, { seen: { incarnation: 'x'.repeat(22), revision: at } }), 'unavailable');
    expect(await log.get(token)).toBeUndefined();
  },
  'an append that stands on what the log has is taken': async ({ log }) => {
    const { at } = await one(log);
    const { incarnation } = await log.head();
    expect(await log.append(aToken(), NEVER, { seen: { incarnation, revision: at } })).toBeGreaterThan(at);
  },
  'an append that stands on more than the log has never succeeds': async ({ log }) => {
    const { at } = await one(log);
    const { incarnation } = await log.head();
    const error = await log.append(aToken(), NEVER, { seen: { incarnation, revision: revision(at + 10) } }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LogError);
    expect(['unavailable', 'outcome_unknown']).toContain((error as LogError).code);
  },
  'another handle goes over to the rewritten log': async ({ log, under }) => {
    const second = await hook(under, 'second')();
    try {
      await one(second);
      const head = await log.rewrite(kept([within(revision(1))]), { above: ABOVE });
      expect(await appended(second)).toBeGreaterThan(head.revision);
    } finally {
      await second.close();
    }
  },
} satisfies Behaviours;
