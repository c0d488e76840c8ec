import { expect, test } from 'vitest';
import { rendered, withRows } from './reliability-table.ts';

const TABLE = { name: 'fruit', head: ['what', 'how many'] };
const document = (rows: readonly (readonly string[])[]): string => `before\n<!-- fruit: begin -->\n${rendered(TABLE, rows)}\n<!-- fruit: end -->\nafter\n`;

test('rows take the place of those of the same name, others stay, all in order', () => {
  const text = document([['pear', '1'], ['plum', '2'], ['gone', '3']]);
  expect(withRows(text, TABLE, [['plum', '5'], ['apple', '4']], ['apple', 'pear', 'plum'])).toBe(document([['apple', '4'], ['pear', '1'], ['plum', '5']]));
});

test('a document without the place is refused', () => {
  expect(() => withRows('', TABLE, [], [])).toThrow('no place for the table fruit');
});
