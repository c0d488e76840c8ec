import { expect, test } from 'vitest';
import { Places } from './places.ts';

const held = (place: Disposable | string): Disposable => (typeof place === 'string' ? expect.fail(place) : place);

test('beyond the limit there is no place, and one that is given back can be taken again', () => {
  const places = new Places({ name: 'writes', limit: 2 });
  const first = held(places.take());
  held(places.take());
  expect([places.take(), places.taken, places.refused]).toEqual(['full', 2, { full: 1 }]);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  expect(places.taken).toBe(1);
  held(places.take());
  expect(places.take()).toBe('full');
});

test('one client cannot take what is for others, and is forgotten when it holds nothing', () => {
  const places = new Places({ name: 'watchers', limit: 10, perClient: 2 });
  const own = [held(places.take('greedy')), held(places.take('greedy'))];
  expect(places.take('greedy')).toBe('client');
  held(places.take('modest'));
  for (const place of own) place[Symbol.dispose]();
  held(places.take('greedy'));
  expect([places.taken, places.refused]).toEqual([2, { client: 1 }]);
});

test.each([0, -1, 1.5, Number.NaN])('%s is no limit', (limit) => {
  expect(() => new Places({ name: 'x', limit })).toThrow(RangeError);
  expect(() => new Places({ name: 'x', limit: 1, perClient: limit })).toThrow(RangeError);
});
