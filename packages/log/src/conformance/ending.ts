import { revision } from '@mintmark/domain';
import { expect } from 'vitest';
import type { Behaviours } from './adapter.ts';
import { hook } from './adapter.ts';
import { fill, flood, NEVER, one, refused } from './expecting.ts';
import { Reader } from './reader.ts';
import { aToken, freshId } from './records.ts';

export const ending = {
  'an abort ends a waiting tail without an error': async ({ log }) => {
    await using reader = new Reader(log);
    await reader.next();
    const ended = reader.drain();
    reader.stop();
    await ended;
  },
  'an abort ends a busy tail without an error': async ({ log }) => {
    await flood(log, 1_500);
    await using reader = new Reader(log);
    await reader.next();
    reader.stop();
    await reader.drain();
    expect(reader.entries.length).toBeLessThanOrEqual(1_500);
  },
  'a tail whose signal is aborted already delivers nothing': async ({ log }) => {
    await fill(log, 1);
    for await (const batch of log.tail({ after: revision(0), signal: AbortSignal.abort() })) expect.fail(`delivered ${JSON.stringify(batch)}`);
  },
  'a reader may leave a tail in the middle': async ({ log }) => {
    const head = await flood(log, 100);
    const stop = new AbortController();
    for await (const batch of log.tail({ after: revision(0), signal: stop.signal })) {
      expect(batch.entries.length).toBeGreaterThan(0);
      break;
    }
    await using reader = new Reader(log);
    expect(await reader.until(head)).toHaveLength(100);
  },
  'closing ends waiting and busy tails with closed': async ({ log }) => {
    await flood(log, 1_500);
    await using waiting = new Reader(log, { after: (await log.head()).revision });
    await waiting.next();
    await using busy = new Reader(log);
    await busy.next();
    const ends = [refused(waiting.drain(), 'closed'), refused(busy.drain(), 'closed')];
    await log.close();
    await Promise.all(ends);
  },
  'another incarnation ends a tail with regressed': async ({ log, another }) => {
    const { at: seen } = await one(log);
    const { incarnation } = await log.head();
    const { log: anew } = await another({ base: seen });
    await fill(anew, 2);
    await using reader = new Reader(anew, { after: seen, incarnation });
    const { revision: head } = await anew.head();
    expect((await refused(reader.drain(), 'regressed')).revision).toBe(head);
  },
  'the same incarnation lets a tail go on': async ({ log }) => {
    const { at: seen } = await one(log);
    const { at: head } = await one(log);
    await using reader = new Reader(log, { after: seen, incarnation: (await log.head()).incarnation });
    expect(await reader.until(head)).toHaveLength(1);
  },
  'a position beyond the head ends a tail with regressed': async ({ log }) => {
    const { at: head } = await one(log);
    for (const ahead of [1, 1_000]) {
      await using reader = new Reader(log, { after: revision(head + ahead) });
      expect((await refused(reader.drain(), 'regressed')).revision).toBe(head);
    }
  },
  'a position beyond the base of an empty log ends a tail with regressed': async ({ another }) => {
    const { log } = await another({ base: revision(90) });
    const { revision: head } = await log.head();
    await using reader = new Reader(log, { after: revision(head + 1) });
    await refused(reader.drain(), 'regressed');
  },
  'a record that cannot be decoded is set aside, and the others are delivered': async ({ log, under }) => {
    const appendRaw = hook(under, 'appendRaw');
    await fill(log, 2);
    const bad = await appendRaw({ scope: 'global', kind: 'token', id: freshId() }, Buffer.from([0xff, 0xff, 0xff]));
    const later = await appendRaw({ scope: 'global', kind: 'token', id: freshId() }, Buffer.from([0x08, 0x63]));
    await fill(log, 1);
    const { at: head } = await one(log);
    await using reader = new Reader(log);
    expect(await reader.until(head)).toHaveLength(4);
    expect(reader.setAside.map((aside) => aside.revision)).toEqual([bad, later]);
    for (const aside of reader.setAside) {
      expect(aside.key).toMatch(/^g\.token\./);
      expect(aside.problem).not.toBe('');
    }
  },
  'a tail moves on over a record that is set aside at the head': async ({ log, under }) => {
    const appendRaw = hook(under, 'appendRaw');
    await using reader = new Reader(log);
    await reader.next();
    const bad = await appendRaw({ scope: 'global', kind: 'token', id: freshId() }, Buffer.from([0xff]));
    await reader.until(bad);
    expect(reader.setAside.map((aside) => aside.revision)).toEqual([bad]);
  },
  'a record that cannot be decoded can be overwritten': async ({ log, under }) => {
    const token = aToken();
    const bad = await hook(under, 'appendRaw')(token, Buffer.from([0xff, 0xff, 0xff]));
    await refused(log.get(token), 'unavailable');
    expect((await refused(log.append(token, NEVER), 'conflict')).revision).toBe(bad);
    await log.append(token, { key: bad });
    expect((await log.get(token))?.record).toMatchObject({ id: token.id });
  },
  'a local record that is set aside does not show up in a global tail': async ({ log, under }) => {
    const bad = await hook(under, 'appendRaw')({ scope: 'local', kind: 'token', id: freshId() }, Buffer.from([0xff]));
    await using reader = new Reader(log, { scope: 'global' });
    await reader.until(bad);
    expect(reader.setAside).toEqual([]);
  },
} satisfies Behaviours;
