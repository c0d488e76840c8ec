import { revision } from '@mintmark/domain';
import { expect } from 'vitest';
import type { Behaviours } from './adapter.ts';
import { bury, fill, NEVER, one, refused } from './expecting.ts';
import { Reader } from './reader.ts';
import { aToken } from './records.ts';

const REASON = new Error('the caller has left');

async function leaves(call: Promise<unknown>): Promise<void> {
  const reason = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(reason).toBe(REASON);
}

export const calling = {
  'a call whose signal is aborted throws its reason as it is': async ({ log }) => {
    const { token, at } = await bury(log);
    const options = { signal: AbortSignal.abort(REASON) };
    await leaves(log.get(token, options));
    await leaves(log.head(options));
    await leaves(log.append(aToken(), NEVER, options));
    await leaves(log.compact(at, options));
  },
  'a call whose signal is aborted changes nothing': async ({ log }) => {
    const { at } = await bury(log);
    const head = await log.head();
    const token = aToken();
    await leaves(log.append(token, NEVER, { signal: AbortSignal.abort(REASON) }));
    await leaves(log.compact(at, { signal: AbortSignal.abort(REASON) }));
    expect(await log.head()).toEqual(head);
    expect(await log.get(token)).toBeUndefined();
  },
  'an append that is aborted under way ends with the reason or a revision, and the log goes on': async ({ log }) => {
    for (let i = 0; i < 20; i += 1) {
      const stop = new AbortController();
      const token = aToken();
      const append = log.append(token, NEVER, { signal: stop.signal }).then(
        (at) => ({ at }),
        (error: unknown) => ({ error }),
      );
      for (let turn = 0; turn < i % 4; turn += 1) await new Promise(setImmediate);
      stop.abort(REASON);
      const outcome = await append;
      if ('error' in outcome) expect(outcome.error === REASON || (outcome.error as { code?: string }).code === 'outcome_unknown').toBe(true);
      else expect((await log.get(token))?.revision).toBe(outcome.at);
    }
    await fill(log, 1);
  },
  'a signal that never aborts does no harm': async ({ log }) => {
    const { signal } = new AbortController();
    const token = aToken();
    const at = await log.append(token, NEVER, { signal });
    expect((await log.get(token, { signal }))?.revision).toBe(at);
    expect((await log.head({ signal })).revision).toBe(at);
    expect(await log.compact(at, { signal })).toBe(0);
  },
  'every call on a closed log is refused with closed': async ({ log }) => {
    const { token } = await one(log);
    await log.close();
    await refused(log.get(token), 'closed');
    await refused(log.head(), 'closed');
    await refused(log.append(aToken(), NEVER), 'closed');
    await refused(log.compact(revision(1)), 'closed');
    await using reader = new Reader(log);
    await refused(reader.next(), 'closed');
  },
  'closing twice is closing once': async ({ log }) => {
    await fill(log, 1);
    await Promise.all([log.close(), log.close()]);
    await log.close();
  },
} satisfies Behaviours;
