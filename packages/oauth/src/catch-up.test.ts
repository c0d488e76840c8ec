import { expect, it } from 'vitest';
import { CatchUp } from './catch-up.ts';

it('runs one at a time, and those who come meanwhile share the next', async () => {
  const open: (() => void)[] = [];
  const catchUp = new CatchUp(() => new Promise((resolve) => void open.push(resolve)));
  const ended: string[] = [];
  const wait = (name: string): Promise<unknown> => catchUp.once().then(() => ended.push(name));
  const first = wait('first');
  await Promise.resolve();
  const [second, third] = [wait('second'), wait('third')];
  expect(open).toHaveLength(1);
  open[0]?.();
  await first;
  await new Promise((resolve) => setImmediate(resolve));
  expect([open.length, ended]).toEqual([2, ['first']]);
  open[1]?.();
  await Promise.all([second, third]);
  expect(ended).toEqual(['first', 'second', 'third']);
});
