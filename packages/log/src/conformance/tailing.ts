import { keyText, type Revision, revision } from '@mintmark/domain';
import { expect } from 'vitest';
import type { Behaviours } from './adapter.ts';
import { bury, fill, flood, NEVER, one, rewrite } from './expecting.ts';
import { folded, Reader } from './reader.ts';
import { again, aToken, entryAt, gone } from './records.ts';

export const tailing = {
  'a tail from 0 delivers the newest state of each key in order of revision': async ({ log }) => {
    const token = aToken();
    const first = await log.append(token, NEVER);
    const { token: kept, at } = await one(log);
    const { token: dead, at: died } = await bury(log);
    const last = await rewrite(log, token, first, 3);
    await using reader = new Reader(log);
    const entries = await reader.until(last);
    expect(entries.map((entry) => [entry.revision, entry.record.id, entry.record.deleted])).toEqual([
      [at, kept.id, false],
      [died, dead.id, true],
      [last, token.id, false],
    ]);
    expect(entries[0]).toEqual(entryAt(kept, at));
  },
  'a tail after a revision delivers what is above it, and not that one': async ({ log }) => {
    const written = await fill(log, 12);
    for (const [i, [, after]] of written.entries()) {
      await using reader = new Reader(log, { after });
      const head = written.at(-1)?.[1] ?? after;
      expect((await reader.until(head)).map((entry) => entry.revision)).toEqual(written.slice(i + 1).map(([, at]) => at));
    }
  },
  'a tail after a revision that is superseded starts above it': async ({ log }) => {
    const token = aToken();
    const first = await log.append(token, NEVER);
    const between = await log.append(aToken(), NEVER);
    const last = await rewrite(log, token, first, 1);
    await using reader = new Reader(log, { after: first });
    expect((await reader.until(last)).map((entry) => entry.revision)).toEqual([between, last]);
  },
  'a tail delivers each append as it happens': async ({ log }) => {
    await using reader = new Reader(log);
    const token = aToken();
    let at = await log.append(token, NEVER);
    for (let i = 0; i < 20; i += 1) {
      await reader.until(at);
      expect(reader.entries.at(-1)?.revision).toBe(at);
      at = await log.append(i === 18 ? gone(token) : again(token), { key: at });
    }
  },
  'a waiting tail is woken by an append': async ({ log }) => {
    await using reader = new Reader(log);
    await reader.next();
    const waiting = reader.until(revision(reader.through + 1));
    const at = await log.append(aToken(), NEVER);
    expect((await waiting).map((entry) => entry.revision)).toEqual([at]);
  },
  'a tail of an empty log gets a mark with its base at once': async ({ another }) => {
    for (const base of [0, 700]) {
      const { log } = await another({ base: revision(base) });
      await using reader = new Reader(log);
      expect(await reader.next()).toEqual({ entries: [], through: (await log.head()).revision, setAside: [] });
    }
  },
  'a tail that starts at the head gets a mark at once': async ({ log }) => {
    const { at: head } = await one(log);
    await using reader = new Reader(log, { after: head });
    expect(await reader.next()).toEqual({ entries: [], through: head, setAside: [] });
  },
  'batches cover a long log without gap or repeat': async ({ log }) => {
    const head = await flood(log, 2_500);
    await using reader = new Reader(log);
    const entries = await reader.until(head);
    expect(entries).toHaveLength(2_500);
    expect(new Set(entries.map((entry) => entry.record.id)).size).toBe(2_500);
  },
  'a reader that comes back with what it was told misses nothing and repeats nothing': async ({ log }) => {
    const seen: Revision[] = [];
    const written: Revision[] = [];
    let after = revision(0);
    for (let round = 0; round < 8; round += 1) {
      written.push(...(await fill(log, 5)).map(([, at]) => at));
      const { incarnation } = await log.head();
      await using reader = new Reader(log, { after, incarnation });
      await reader.until(revision(written.at(-1) ?? 0));
      seen.push(...reader.entries.map((entry) => entry.revision));
      after = reader.through;
    }
    expect(seen).toEqual(written);
  },
  'many tails see the same': async ({ log }) => {
    await using stack = new AsyncDisposableStack();
    const readers = Array.from({ length: 20 }, () => stack.use(new Reader(log)));
    const reading = readers.map((reader) => reader.until(revision(200)));
    const head = await flood(log, 200);
    await Promise.all(reading);
    const [first, ...others] = await Promise.all(readers.map((reader) => reader.until(head)));
    expect(first).toHaveLength(200);
    for (const other of others) expect(other).toEqual(first);
  },
  'tails that start while writers run end up with every newest state': async ({ log }) => {
    await using stack = new AsyncDisposableStack();
    const readers: Reader[] = [];
    const tokens = Array.from({ length: 8 }, () => aToken());
    await Promise.all(
      tokens.map(async (token, lane) => {
        let at = await log.append(token, NEVER);
        for (let i = 0; i < 40; i += 1) {
          at = await log.append(again(token), { key: at });
          if (i % 8 !== lane) continue;
          const reader = stack.use(new Reader(log, { after: i % 2 === 0 ? revision(0) : at }));
          readers.push(reader);
          await reader.next();
        }
      }),
    );
    const head = await log.append(aToken(), NEVER);
    expect(readers).toHaveLength(40);
    for (const reader of readers) {
      const believed = folded(await reader.until(head));
      for (const token of tokens) {
        const newest = await log.get(token);
        if ((newest?.revision ?? 0) > reader.after) expect(believed.get(keyText(token))).toEqual(newest);
      }
    }
  },
  'a global tail delivers only global records': async ({ log }) => {
    const global: Revision[] = [];
    let head = revision(0);
    for (let i = 0; i < 20; i += 1) {
      head = await log.append(aToken({ scope: i % 3 === 0 ? 'global' : 'local' }), NEVER);
      if (i % 3 === 0) global.push(head);
    }
    await using reader = new Reader(log, { scope: 'global' });
    expect((await reader.until(head)).map((entry) => entry.revision)).toEqual(global);
  },
  'a local tail delivers only local records': async ({ log }) => {
    await fill(log, 3);
    const at = await log.append(aToken({ scope: 'local' }), NEVER);
    await using reader = new Reader(log, { scope: 'local' });
    expect((await reader.until(at)).map((entry) => entry.revision)).toEqual([at]);
  },
  'a global tail moves on over local records': async ({ log }) => {
    await using reader = new Reader(log, { scope: 'global' });
    await reader.next();
    const at = await log.append(aToken({ scope: 'local' }), NEVER);
    expect(await reader.until(at)).toEqual([]);
  },
} satisfies Behaviours;
