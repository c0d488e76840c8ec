import { expect } from 'vitest';
import type { Behaviours } from './adapter.ts';
import { bury, fill, NEVER, one } from './expecting.ts';
import { again, aToken } from './records.ts';

export const reading = {
  'a key that was never written is not found': async ({ log }) => {
    await fill(log, 1);
    expect(await log.get({ scope: 'global', kind: 'token', id: 'nobody' })).toBeUndefined();
  },
  'a read sees every append that was acknowledged before it': async ({ log }) => {
    const token = aToken();
    let at = await log.append(token, NEVER);
    for (let i = 0; i < 50; i += 1) {
      expect((await log.get(token))?.revision).toBe(at);
      expect((await log.head()).revision).toBe(at);
      at = await log.append(again(token), { key: at });
    }
  },
  'a deleted key is found as its tombstone': async ({ log }) => {
    const { token, at } = await bury(log);
    expect(await log.get(token)).toMatchObject({ revision: at, record: { deleted: true, id: token.id } });
  },
  'the head names the newest append': async ({ log }) => {
    await fill(log, 1);
    const { at } = await one(log);
    expect((await log.head()).revision).toBe(at);
  },
  'the incarnation has 22 base64url characters and stays': async ({ log }) => {
    const { incarnation } = await log.head();
    expect(incarnation).toMatch(/^[A-Za-z0-9_-]{22}$/);
    await fill(log, 1);
    expect((await log.head()).incarnation).toBe(incarnation);
  },
  'no two logs share an incarnation': async ({ log, another }) => {
    const { log: other } = await another();
    expect((await other.head()).incarnation).not.toBe((await log.head()).incarnation);
  },
} satisfies Behaviours;
