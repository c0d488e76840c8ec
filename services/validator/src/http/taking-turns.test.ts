import type { FastifyReply, FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { takingTurns } from './taking-turns.ts';

test('a crowd is let through one a turn, in order, and so is the next crowd', () => {
  const turns: (() => void)[] = [];
  const hook = takingTurns({ soon: (call) => void turns.push(call) }) as unknown as (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;
  const admitted: number[] = [];
  const comes = (number: number): void => hook({} as FastifyRequest, {} as FastifyReply, () => admitted.push(number));
  for (const number of [1, 2, 3]) comes(number);
  expect(admitted).toEqual([]);
  for (const expected of [[1], [1, 2]]) {
    turns.shift()?.();
    expect(admitted).toEqual(expected);
  }
  comes(4);
  turns.shift()?.();
  turns.shift()?.();
  expect([admitted, turns]).toEqual([[1, 2, 3, 4], []]);
  comes(5);
  turns.shift()?.();
  expect([admitted, turns]).toEqual([[1, 2, 3, 4, 5], []]);
});
