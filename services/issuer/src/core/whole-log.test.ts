import { expect, test } from 'vitest';
import { WholeLog } from './whole-log.ts';

const { signal } = new AbortController();
/** Timers whose time is up when `timeIsUp` is called. */
const running = new Set<() => void>();
const timers = {
  after(_ms: number, call: () => void): Disposable {
    running.add(call);
    return { [Symbol.dispose]: () => void running.delete(call) };
  },
};
const timeIsUp = (): void => {
  for (const call of running) call();
};
const opened = () => new WholeLog(timers, () => new Error('full'));
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('W1 a decision begins when the appends under way have ended, and appends wait until it has appended', async () => {
  const log = opened();
  const order: string[] = [];
  const before = Promise.withResolvers<void>();
  const writing = Promise.withResolvers<void>();
  const ending = Promise.withResolvers<void>();
  const first = log.append(() => before.promise, signal);
  const decision = log.decide(async () => {
    order.push('decided');
    await log.appendAlone(() => writing.promise);
    order.push('appended');
    await ending.promise;
  }, signal);
  await settled();
  const after = log.append(async () => void order.push('another'), signal);
  await settled();
  expect(order).toEqual([]);
  before.resolve();
  await first;
  await settled();
  expect(order).toEqual(['decided']);
  writing.resolve();
  await after;
  expect(order.toSorted()).toEqual(['another', 'appended', 'decided']);
  ending.resolve();
  await decision;
});

test('W2 appends that waited for a decision begin before the next one, so neither starves', async () => {
  const log = opened();
  const order: string[] = [];
  const decisions = [1, 2, 3].map((turn) => log.decide(() => log.appendAlone(async () => void order.push(`decision ${turn}`)), signal));
  await Promise.resolve();
  const append = log.append(async () => void order.push('append'), signal);
  await Promise.all([...decisions, append]);
  expect(order).toEqual(['decision 1', 'append', 'decision 2', 'decision 3']);
});

test('W1 a turn is over when the decision has appended, however long it goes on', async () => {
  const log = opened();
  const shown = Promise.withResolvers<void>();
  const first = log.decide(async () => {
    await log.appendAlone(async () => undefined);
    await shown.promise;
    return 'first';
  }, signal);
  expect(await log.decide(async () => 'second', signal)).toBe('second');
  shown.resolve();
  expect(await first).toBe('first');
});

test('a decision that ends without an append, or fails, lets the others go on', async () => {
  const log = opened();
  await log.decide(async () => undefined, signal);
  await expect(log.decide(() => Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
  await expect(log.decide(() => log.appendAlone(() => Promise.reject(new Error('lost'))), signal)).rejects.toThrow('lost');
  await log.append(async () => undefined, signal);
  expect(log.taken).toBe(0);
});

test('whoever leaves while it waits appends nothing, decides nothing and holds up nobody', async () => {
  const log = opened();
  const first = Promise.withResolvers<void>();
  const gone = new AbortController();
  const done: string[] = [];
  const held = log.append(() => first.promise, signal);
  const decision = log.decide(async () => void done.push('something'), gone.signal);
  await settled();
  const append = log.append(async () => void done.push('something'), gone.signal);
  gone.abort(new Error('gone'));
  await expect(decision).rejects.toThrow('gone');
  await expect(append).rejects.toThrow('gone');
  await log.append(async () => undefined, signal);
  first.resolve();
  await held;
  expect(done).toEqual([]);
});

test('W3 a decision that waits longer than it may no longer holds up the others, nor do appends that hang hold up a decision', async () => {
  const log = opened();
  const waiting = Promise.withResolvers<void>();
  const slow = log.decide(() => waiting.promise, signal);
  await settled();
  const append = log.append(async () => 'appended', signal);
  timeIsUp();
  expect(await append).toBe('appended');
  waiting.resolve();
  await slow;
  const hanging = Promise.withResolvers<void>();
  const held = log.append(() => hanging.promise, signal);
  const decision = log.decide(async () => 'decided', signal);
  await settled();
  timeIsUp();
  expect(await decision).toBe('decided');
  hanging.resolve();
  await held;
  expect(running.size).toBe(0);
});
