import { type MintRecord, NO_REVISION, type Revision } from '@mintmark/domain';
import { expect } from 'vitest';
import { type Expect, type Log, LogError } from '../log.ts';
import { type Behaviours, hook } from './adapter.ts';
import { fill, NEVER, refused } from './expecting.ts';
import { Reader } from './reader.ts';
import { again, aToken, gone } from './records.ts';

/**
 * Appends as an issuer does: an unknown outcome is resolved by reading the key back and comparing write ids.
 * Returns the revision, or `undefined` when it was not written.
 */
async function appendAndMakeSure(log: Log, record: MintRecord, expected: Expect): Promise<Revision | undefined> {
  try {
    return await log.append(record, expected, { signal: AbortSignal.timeout(8_000) });
  } catch (error) {
    if (!(error instanceof LogError) || error.code !== 'outcome_unknown') throw error;
    const found = await log.get(record);
    return found?.record.writeId === record.writeId ? found.revision : undefined;
  }
}

export const doubting = {
  'a write whose acknowledgement is lost is found by its write id': async ({ log, under }) => {
    await fill(log, 1);
    await hook(under, 'loseNextAnswer')();
    const token = aToken();
    const at = await appendAndMakeSure(log, token, NEVER);
    expect(await log.get(token)).toMatchObject({ revision: at, record: { writeId: token.writeId } });
  },
  'a write whose acknowledgement is lost is written once': async ({ log, under }) => {
    const token = aToken();
    const first = await log.append(token, NEVER);
    await hook(under, 'loseNextAnswer')();
    const at = await appendAndMakeSure(log, again(token), { key: first });
    expect((await refused(log.append(again(token), { key: first }), 'conflict')).revision).toBe(at);
    const { revision: head } = await log.head();
    await using reader = new Reader(log);
    expect((await reader.until(head)).map((entry) => entry.revision)).toEqual([at]);
  },
  'a tombstone whose acknowledgement is lost holds': async ({ log, under }) => {
    const token = aToken();
    const live = await log.append(token, NEVER);
    await hook(under, 'loseNextAnswer')();
    await appendAndMakeSure(log, gone(token), { key: live });
    expect((await log.get(token))?.record.deleted).toBe(true);
  },
  'a write on the head whose acknowledgement is lost is found too': async ({ log, under }) => {
    await hook(under, 'loseNextAnswer')();
    const token = aToken();
    const at = await appendAndMakeSure(log, token, { head: (await log.head()).revision });
    expect((await log.get(token))?.revision ?? NO_REVISION).toBe(at);
  },
  'a tail delivers a write whose acknowledgement is lost': async ({ log, under }) => {
    await using reader = new Reader(log);
    await reader.next();
    await hook(under, 'loseNextAnswer')();
    const token = aToken();
    const at = await appendAndMakeSure(log, token, NEVER);
    const next = await log.append(aToken(), NEVER);
    expect((await reader.until(next)).map((entry) => entry.revision)).toEqual([at, next]);
  },
} satisfies Behaviours;
