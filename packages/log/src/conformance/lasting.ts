import { revision } from '@mintmark/domain';
import { expect } from 'vitest';
import { LogError } from '../log.ts';
import type { Behaviours } from './adapter.ts';
import { bury, fill, NEVER, one, refused, rewrite } from './expecting.ts';
import { Reader } from './reader.ts';
import { again, aToken } from './records.ts';

export const lasting = {
  'a log that is opened again has everything': async ({ log, under }) => {
    const token = aToken();
    await rewrite(log, token, await log.append(token, NEVER), 3);
    const { token: dead } = await bury(log);
    await fill(log, 1);
    const { token: other, at: head } = await one(log);
    const before = await Promise.all([log.head(), log.get(token), log.get(dead), log.get(other)]);
    await using first = new Reader(log);
    const entries = await first.until(head);
    const back = await under.reopen();
    expect(await Promise.all([back.head(), back.get(token), back.get(dead), back.get(other)])).toEqual(before);
    await using second = new Reader(back);
    expect(await second.until(head)).toEqual(entries);
  },
  'revisions go on where they were after a log is opened again': async ({ log, under }) => {
    await fill(log, 1);
    const { token, at } = await one(log);
    const back = await under.reopen();
    await refused(back.append(again(token), NEVER), 'conflict');
    expect(await back.append(again(token), { key: at })).toBeGreaterThan(at);
  },
  'the compacted mark and the head of a purged log survive': async ({ log, under }) => {
    const { token, at } = await bury(log);
    await log.compact(at);
    const head = await log.head();
    const back = await under.reopen();
    expect(await back.head()).toEqual(head);
    expect(await back.get(token)).toBeUndefined();
    await back.append(aToken(), { head: head.revision });
  },
  'an empty log with a base survives': async ({ another }) => {
    const under = await another({ base: revision(4_000) });
    const head = await under.log.head();
    const back = await under.reopen();
    expect(await back.head()).toEqual(head);
  },
  'a reader resumes after the log was opened again': async ({ log, under }) => {
    await fill(log, 1);
    const { at: seen } = await one(log);
    const { incarnation } = await log.head();
    const back = await under.reopen();
    const at = await back.append(aToken(), NEVER);
    await using reader = new Reader(back, { after: seen, incarnation });
    expect((await reader.until(at)).map((entry) => entry.revision)).toEqual([at]);
  },
  'of appends under way while a log closes, the acknowledged ones last and the refused ones are not there': async ({ log, under }) => {
    const tokens = Array.from({ length: 300 }, () => aToken());
    const appends = tokens.map((token) => log.append(token, NEVER));
    await appends[0];
    const closed = log.close();
    const outcomes = await Promise.allSettled(appends);
    await closed;
    const back = await under.reopen();
    for (const [i, outcome] of outcomes.entries()) {
      const found = await back.get(tokens[i] ?? aToken());
      if (outcome.status === 'fulfilled') expect(found?.revision).toBe(outcome.value);
      else {
        expect(outcome.reason).toBeInstanceOf(LogError);
        if (outcome.reason.code !== 'outcome_unknown') expect(found, outcome.reason.code).toBeUndefined();
      }
    }
  },
} satisfies Behaviours;
