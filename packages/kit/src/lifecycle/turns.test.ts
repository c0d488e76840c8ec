import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

const { signal } = new AbortController();

test('turns are taken one after the other, in the order in which they were asked for, however the one before ended', async () => {
  const turns = new Turns();
  const first = Promise.withResolvers<void>();
  const order: string[] = [];
  const said = (what: string) => async () => void order.push(what);
  const failed = turns.run(async () => {
    await first.promise;
    order.push('failed');
    throw new Error('no');
  }, signal);
  const rest = [turns.run(said('second'), signal), turns.run(said('third'), signal)];
  first.resolve();
  await expect(failed).rejects.toThrow('no');
  await Promise.all(rest);
  expect([order, turns.taken]).toEqual([['failed', 'second', 'third'], 0]);
});

test('a turn whose caller has gone is never begun, and its caller is told at once', async () => {
  const turns = new Turns();
  const first = Promise.withResolvers<void>();
  const running = turns.run(() => first.promise, signal);
  const gone = new AbortController();
  let begun = false;
  const waiting = turns.run(async () => {
    begun = true;
  }, gone.signal);
  gone.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  first.resolve();
  await running;
  await turns.run(async () => undefined, signal);
  expect(begun).toBe(false);
});

test('beyond the bound a turn is refused at once, those who left included, and there is room again afterwards', async () => {
  const turns = new Turns({ limit: 3, full: () => new Error('come back') });
  const first = Promise.withResolvers<void>();
  const held = Array.from({ length: turns.limit }, (_, at) => turns.run(() => (at === 0 ? first.promise : Promise.resolve()), signal));
  await expect(turns.run(async () => undefined, signal)).rejects.toThrow('come back');
  expect(turns.refused).toEqual({ full: 1 });
  first.resolve();
  await Promise.all(held);
  await turns.run(async () => undefined, signal);
});
