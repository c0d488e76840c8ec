import { expect, test } from 'vitest';
import type { Access } from './history.ts';
import { isLinearizable } from './linearizable.ts';

const at = (start: number, end: number, kind: Access['kind'], value: string | null, outcome: Access['outcome'] = 'acked'): Access => ({ key: 'k', region: 'us', start, end, kind, value, outcome });
const CREATE = at(0, 1, 'create', 'a');

test('reads of the last write, and of either of two at the same time, are in order', () => {
  expect(isLinearizable([CREATE, at(2, 3, 'read', 'a'), at(4, 5, 'update', 'b'), at(6, 7, 'read', 'b'), at(8, 9, 'delete', null), at(10, 11, 'read', null)])).toBe(true);
  const race = [CREATE, at(2, 9, 'update', 'b'), at(2, 9, 'update', 'c')];
  expect(isLinearizable([...race, at(3, 4, 'read', 'b'), at(5, 6, 'read', 'c')])).toBe(true);
  expect(isLinearizable([...race, at(3, 4, 'read', 'c'), at(5, 6, 'read', 'b'), at(10, 11, 'read', 'b')])).toBe(true);
});

test('a read of what was replaced before it began is found', () => {
  expect(isLinearizable([CREATE, at(2, 3, 'update', 'b'), at(4, 5, 'read', 'a')])).toBe(false);
  expect(isLinearizable([CREATE, at(2, 3, 'delete', null), at(4, 5, 'read', 'a')])).toBe(false);
});

test('two reads that see two writes in opposite orders are found', () => {
  const race = [CREATE, at(2, 9, 'update', 'b'), at(2, 9, 'update', 'c')];
  expect(isLinearizable([...race, at(3, 4, 'read', 'b'), at(5, 6, 'read', 'c'), at(7, 8, 'read', 'b')])).toBe(false);
});

test('a write whose outcome is unknown may take effect late or never, but only once', () => {
  const doubted = at(2, 3, 'update', 'b', 'unknown');
  expect(isLinearizable([CREATE, doubted, at(4, 5, 'read', 'a')])).toBe(true);
  expect(isLinearizable([CREATE, doubted, at(4, 5, 'read', 'a'), at(6, 7, 'read', 'b')])).toBe(true);
  expect(isLinearizable([CREATE, doubted, at(4, 5, 'read', 'b'), at(6, 7, 'read', 'a')])).toBe(false);
  const gone = at(2, 3, 'delete', null, 'unknown');
  expect(isLinearizable([CREATE, gone, at(4, 5, 'read', 'a'), at(6, 7, 'read', null)])).toBe(true);
  expect(isLinearizable([CREATE, gone, at(4, 5, 'read', null), at(6, 7, 'read', 'a')])).toBe(false);
});

test('a write that was refused and seen, or acknowledged after a delete, is found', () => {
  expect(isLinearizable([CREATE, at(2, 3, 'update', 'b', 'refused'), at(4, 5, 'read', 'b')])).toBe(false);
  expect(isLinearizable([CREATE, at(2, 3, 'delete', null), at(4, 5, 'update', 'b')])).toBe(false);
});

test('a thousand accesses by four clients are judged in a moment', () => {
  const accesses = [CREATE];
  for (let n = 0; n < 250; n += 1) {
    const start = 10 * n + 10;
    for (let client = 0; client < 3; client += 1) accesses.push(at(start + client, start + 9, 'update', `${n}.${client}`));
    accesses.push(at(start + 5, start + 8, 'read', `${n}.${n % 3}`));
  }
  const began = performance.now();
  expect(isLinearizable(accesses)).toBe(true);
  expect(isLinearizable([...accesses, at(3_000, 3_001, 'read', '0.0')])).toBe(false);
  expect(performance.now() - began).toBeLessThan(2_000);
});
