import { type LiveRecord, laterOf, type Revision } from '@mintmark/domain';
import { expect } from 'vitest';
import { type Log, LogError, type LogErrorCode } from '../log.ts';
import { again, aToken, gone } from './records.ts';

/** That the call is refused with this code. Returns the error. */
export async function refused(call: Promise<unknown>, code: LogErrorCode): Promise<LogError> {
  const error = await call.then(
    () => expect.fail(`was not refused with ${code}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof LogError)) throw error;
  expect(error.code, error.message).toBe(code);
  return error;
}

export const NEVER = { key: 0 as Revision };

/** Appends a new token. */
export async function one(log: Log): Promise<{ readonly token: LiveRecord<'token'>; readonly at: Revision }> {
  const token = aToken();
  return { token, at: await log.append(token, NEVER) };
}

/** Appends `count` new tokens, one after the other. */
export async function fill(log: Log, count: number): Promise<readonly (readonly [LiveRecord<'token'>, Revision])[]> {
  const written: (readonly [LiveRecord<'token'>, Revision])[] = [];
  for (let i = 0; i < count; i += 1) {
    const token = aToken();
    written.push([token, await log.append(token, NEVER)]);
  }
  return written;
}

/** Appends `count` new tokens, many at a time. Returns the highest revision. */
export async function flood(log: Log, count: number): Promise<Revision> {
  const all = await inFlight(count, () => log.append(aToken(), NEVER));
  return all.reduce(laterOf);
}

/** Calls `count` times with at most `limit` under way. Results in the order of the calls. */
export async function inFlight<T>(count: number, call: (i: number) => Promise<T>, limit = 256): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const i = next++;
      results[i] = await call(i);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, count) }, lane));
  return results;
}

/** Appends a token and its tombstone. */
export async function bury(log: Log): Promise<{ token: LiveRecord<'token'>; live: Revision; at: Revision }> {
  const token = aToken();
  const live = await log.append(token, NEVER);
  const at = await log.append(gone({ ...token, createIndex: live }), { key: live });
  return { token, live, at };
}

/** Writes the key again and again. Returns the last revision. */
export async function rewrite(log: Log, token: LiveRecord<'token'>, from: Revision, times: number): Promise<Revision> {
  let at = from;
  for (let i = 0; i < times; i += 1) at = await log.append(again(token), { key: at });
  return at;
}
