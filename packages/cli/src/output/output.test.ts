import { describe, expect, test } from 'vitest';
import { json, members } from './json.ts';
import { block, table } from './table.ts';
import { goTime } from './time.ts';

describe('output', () => {
  test('a block has its equals signs below each other and shows what is empty', () => {
    expect(block([['ID', 'x'], ['Description', ''], ['Name', 'ci']])).toBe('ID          = x\nDescription = <none>\nName        = ci');
  });

  test('a table has columns two spaces apart, no space at line ends, and shows what is empty', () => {
    expect(table(['Name', 'Description'], [['a-long-name', ''], ['b', 'two']])).toBe('Name         Description\na-long-name  <none>\nb            two');
  });

  test('control characters of a value cannot reach the terminal', () => {
    const text = block([['Name', 'a\nb\u001b[2Jc\u007f\u009b']]);
    expect(text).toBe('Name = a\\nb\\u001b[2Jc\\u007f\\u009b');
  });

  test('JSON is four spaces deep, without hash, and without an expiry where there is none', () => {
    const token = { Hash: 'h', Name: 'ci', ExpirationTime: null, ExpirationTTL: '', Policies: null, Unknown: 1 };
    expect(json(members(token, ['Name', 'Policies', 'ExpirationTime', 'ExpirationTTL']))).toBe('{\n    "Name": "ci",\n    "Policies": null\n}');
  });

  test.each([
    ['2026-01-05T10:00:00.123456789Z', '2026-01-05 10:00:00.123456789 +0000 UTC'],
    ['0001-01-01T00:00:00Z', '0001-01-01 00:00:00 +0000 UTC'],
    ['soon', 'soon'],
  ])('a time %s is printed as %s', (given, expected) => {
    expect(goTime(given)).toBe(expected);
  });
});
