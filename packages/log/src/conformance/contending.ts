import { liveOf, revision } from '@mintmark/domain';
import { expect } from 'vitest';
import { LogError } from '../log.ts';
import type { Behaviours } from './adapter.ts';
import { inFlight, NEVER } from './expecting.ts';
import { Reader } from './reader.ts';
import { again, aToken } from './records.ts';

/** The winners' revisions; every other append must have been refused with `conflict`. */
async function winners(appends: readonly Promise<number>[]): Promise<number[]> {
  const won: number[] = [];
  for (const outcome of await Promise.allSettled(appends)) {
    if (outcome.status === 'fulfilled') won.push(outcome.value);
    else if (!(outcome.reason instanceof LogError) || outcome.reason.code !== 'conflict') throw outcome.reason;
  }
  return won;
}

function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

export const contending = {
  'of 10,000 concurrent appends on one key, one wins at each revision': async ({ log }) => {
    const token = aToken();
    let at = await log.append(token, NEVER);
    const won = [at];
    for (let round = 0; round < 10; round += 1) {
      const expected = at;
      const [winner, ...others] = await winners(times(1_000, () => log.append(again(token), { key: expected })));
      expect(others).toEqual([]);
      at = revision(winner ?? 0);
      won.push(at);
      expect((await log.get(token))?.revision).toBe(at);
    }
    expect(won).toEqual([...new Set(won)].sort((a, b) => a - b));
  },
  'of concurrent first appends of one key, one wins': async ({ log }) => {
    const token = aToken();
    const tries = times(100, () => again(token));
    const [at, ...others] = await winners(tries.map((record) => log.append(record, NEVER)));
    expect(others).toEqual([]);
    const found = await log.get(token);
    expect(found?.revision).toBe(at);
    expect(tries.map((record) => record.writeId)).toContain(found?.record.writeId);
  },
  'of concurrent appends on one head, one wins': async ({ log }) => {
    const { revision: head } = await log.head();
    const won = await winners(times(100, () => log.append(aToken(), { head })));
    expect(won).toHaveLength(1);
  },
  'of an append on a key and one on the head, both cannot win': async ({ log }) => {
    for (let round = 0; round < 20; round += 1) {
      const { revision: head } = await log.head();
      const won = await winners([log.append(aToken(), NEVER), log.append(aToken(), { head })]);
      const { revision: now } = await log.head();
      expect(Math.max(...won)).toBe(now);
      if (won.length === 2) expect(won[1], 'the one on the head came first').toBeLessThan(won[0] ?? 0);
    }
  },
  'writers that decide again on every conflict all get through': async ({ log }) => {
    const token = aToken({ roleIds: [] });
    await log.append(token, NEVER);
    await inFlight(64, async (i) => {
      for (;;) {
        const found = liveOf(await log.get(token), 'token');
        if (found === undefined) throw new Error('the token is gone');
        const next = again({ ...token, body: { ...token.body, roleIds: [...found.record.body.roleIds, `${i}`] } });
        if ((await winners([log.append(next, { key: found.revision })])).length === 1) return;
      }
    });
    const roles = liveOf(await log.get(token), 'token')?.record.body.roleIds ?? [];
    expect(roles.map(Number).sort((a, b) => a - b)).toEqual(times(64, (i) => i));
  },
  'concurrent appends on different keys all get revisions of their own': async ({ log }) => {
    const tokens = times(1_000, () => aToken());
    const revisions = await Promise.all(tokens.map((token) => log.append(token, NEVER)));
    expect(new Set(revisions).size).toBe(1_000);
    expect(Math.max(...revisions)).toBe((await log.head()).revision);
    await using reader = new Reader(log);
    const entries = await reader.until(revision(Math.max(...revisions)));
    expect(entries.map((entry) => entry.record.id)).toEqual(
      tokens
        .map((token, i) => [revisions[i] ?? 0, token.id] as const)
        .sort(([a], [b]) => a - b)
        .map(([, id]) => id),
    );
  },
} satisfies Behaviours;
