import { Refusal } from '@mintmark/domain';
import { systemWorld, type Timers } from '@mintmark/kit/lifecycle';
import { beforeEach, describe, expect, it } from 'vitest';
import type { IssuerContext } from '../../context.ts';
import { Attempts } from './attempts.ts';
import { userByPassword } from './login.ts';

const signal = new AbortController().signal;
const LIMITS = { perUserAndSource: 3, perSource: 8, perUser: 5, windowSeconds: 900, delayMs: 2_000 };

let waits: number[] = [];
let attempts: Attempts;

beforeEach(() => {
  waits = [];
  const timers: Pick<Timers, 'sleep'> = { sleep: async (ms) => void waits.push(ms) };
  attempts = new Attempts(timers as Timers, LIMITS);
});

async function fail(times: number, user: string, source: string | ((at: number) => string)): Promise<void> {
  for (let at = 0; at < times; at += 1) await attempts.failed(user, typeof source === 'string' ? source : source(at));
}

const admitted = (user: string, source: string): Promise<'admitted' | string> =>
  attempts.admit(user, source, signal).then(
    () => 'admitted',
    (error: Refusal) => error.code,
  );

describe('limits of failed logins', () => {
  it('T1 a source that fails often at a user is refused there, and nobody else is', async () => {
    await fail(3, 'ann', '192.0.2.1');
    expect(await admitted('ann', '192.0.2.1')).toBe('resource_exhausted');
    expect(await admitted('ann', '192.0.2.2')).toBe('admitted');
    expect(await admitted('bob', '192.0.2.1')).toBe('admitted');
    expect(waits).toEqual([]);
  });

  it('T1 a refusal says when to come back', async () => {
    await fail(3, 'ann', '192.0.2.1');
    const refusal = await attempts.admit('ann', '192.0.2.1', signal).catch((error: Refusal) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect((refusal as Refusal).retryAfterMs).toBeGreaterThan(800_000);
  });

  it('T1 a success clears what the source had failed at the user', async () => {
    await fail(2, 'ann', '192.0.2.1');
    await attempts.succeeded('ann', '192.0.2.1');
    await fail(2, 'ann', '192.0.2.1');
    expect(await admitted('ann', '192.0.2.1')).toBe('admitted');
  });

  it('T2 a source that fails often at whatever users is refused everywhere', async () => {
    for (let user = 0; user < 8; user += 1) await fail(1, `user${user}`, '192.0.2.1');
    expect(await admitted('whoever', '192.0.2.1')).toBe('resource_exhausted');
    expect(await admitted('whoever', '192.0.2.2')).toBe('admitted');
  });

  it('T3 a user who is failed at from everywhere is never locked out: sources of its own do not even wait', async () => {
    await attempts.succeeded('ann', '198.51.100.1');
    await fail(50, 'ann', (at) => `203.0.113.${at}`);
    expect(await admitted('ann', '198.51.100.1')).toBe('admitted');
    expect(waits).toEqual([]);
    expect(await admitted('ann', '198.51.100.2')).toBe('admitted');
    expect(waits).toEqual([2_000]);
  });

  it('T3 one source waits in a few places only: others can wait too', async () => {
    const waiting = new Attempts({ sleep: () => new Promise<void>(() => undefined) } as unknown as Timers, LIMITS);
    for (let at = 0; at < 5; at += 1) await waiting.failed('ann', `203.0.113.${at}`);
    const outcomes: string[] = [];
    const login = (source: string): void => void waiting.admit('ann', source, signal).then(() => outcomes.push('admitted'), (error: Refusal) => outcomes.push(error.code));
    for (let at = 0; at < 18; at += 1) login('198.51.100.1');
    login('198.51.100.2');
    await new Promise((resolve) => setImmediate(resolve));
    expect(outcomes).toEqual(['unavailable', 'unavailable']);
  });

  it('T1 of guesses that come at once no more are judged than of those that come one after another', async () => {
    const judged = { count: 0 };
    const verify = async () => {
      judged.count += 1;
      await new Promise((resolve) => setTimeout(resolve, judged.count));
      return { ok: true, matches: false };
    };
    const ctx = { attempts, world: systemWorld, view: { find: async () => ({ value: undefined }) }, passwords: { hasher: { verify } } } as unknown as IssuerContext;
    const guess = (): Promise<string> => userByPassword(ctx, { username: 'Ann', password: 'x', source: '192.0.2.1' }, signal).then(() => 'wrong', (error: Refusal) => error.code);
    const told = await Promise.all(Array.from({ length: 20 }, guess));
    expect(told.filter((one) => one === 'wrong')).toHaveLength(LIMITS.perUserAndSource);
    expect(new Set(told)).toEqual(new Set(['wrong', 'resource_exhausted']));
  });

  it('an IPv6 customer is one source, whatever the address and its writing', async () => {
    await fail(3, 'ann', (at) => `2001:db8:1:2::${at}`);
    expect(await admitted('ann', '2001:DB8:1:2:ffff::9')).toBe('resource_exhausted');
    expect(await admitted('ann', '2001:db8:1:3::1')).toBe('admitted');
    await fail(3, 'bob', '::ffff:192.0.2.9');
    expect(await admitted('bob', '192.0.2.9')).toBe('resource_exhausted');
  });

  it('T2 sign-ins that name no user are counted by source alone', async () => {
    for (let at = 0; at < 8; at += 1) await attempts.failedSource('192.0.2.1');
    await expect(attempts.admitSource('192.0.2.1')).rejects.toMatchObject({ code: 'resource_exhausted' });
    await expect(attempts.admitSource('192.0.2.2')).resolves.toBeUndefined();
    expect(await admitted('ann', '192.0.2.1')).toBe('resource_exhausted');
  });
});
