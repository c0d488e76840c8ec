import { describe, expect, test } from 'vitest';
import { jsonOf } from './json.ts';

const read = (text: string | Uint8Array): unknown => jsonOf(typeof text === 'string' ? Buffer.from(text) : text);
const problem = (text: string | Uint8Array): string => {
  try {
    read(text);
  } catch (error) {
    expect(error).toMatchObject({ name: 'Refusal', code: 'invalid_argument' });
    return (error as Error).message;
  }
  throw new Error('accepted');
};

describe('request bodies', () => {
  test.each([
    ['{"a":1,}', { a: 1 }],
    ['{\n  "a": ["b",\n ],\n}\n', { a: ['b'] }],
    ['[1 , 2 , ]', [1, 2]],
    ['{"a":",]}",}', { a: ',]}' }],
    ['{"a":"\\"",}', { a: '"' }],
    ['{"a":1} trailing { bytes', { a: 1 }],
    ['{"a":1}{"a":2}', { a: 1 }],
    ['{"a":{"b":[{},],},} x', { a: { b: [{}] } }],
    ['null x', null],
    ['"text" x', 'text'],
    ['7,', 7],
  ])('%j is read as Go and the manual would have it', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test.each(['', '   \n\t'])('an empty body is told as such: %j', (text) => {
    expect(problem(text)).toBe('Request body is empty');
  });

  test.each([
    '{,}',
    '[,]',
    '{"a":1,,}',
    '[1,,]',
    '[1 2]',
    '{"a":,}',
    ',{}',
    '{"a" 1}',
    '{a:1}',
    "{'a':1}",
    '{"a":1 /* no */}',
    '// no\n{}',
    '{"a":01}',
    '{"a":1',
    '{"a":"\n"}',
    '\uFEFF{}',
    'x',
    '}',
    '{"a":1]',
  ])('what is no JSON is refused with its place: %j', (text) => {
    expect(problem(text)).toMatch(/^request body is not valid JSON: [a-z ]+ at line \d+, column \d+$|^request body is not valid JSON: unexpected text$/);
  });

  test('the place is that of the body as it was sent', () => {
    expect(problem('{\n  "a": 1,\n  "b": tru\n}')).toContain('at line 3, column 8');
  });

  test('no part of the body is shown', () => {
    expect(problem('{"SecretID":"s3cr3t",,}')).not.toContain('s3cr3t');
  });

  test('bad UTF-8 is refused', () => {
    expect(problem(Buffer.from([0x7b, 0xff, 0x7d]))).toBe('request body must be UTF-8');
    expect(problem(Buffer.from([0xc0, 0xaf]))).toBe('request body must be UTF-8');
  });

  test('deep nesting and long bodies neither crash nor take long', () => {
    const started = performance.now();
    expect(problem('['.repeat(500_000))).toBe('request body is nested deeper than 32');
    expect(problem(`{"a":${'['.repeat(33)}`)).toBe('request body is nested deeper than 32');
    expect(problem(`{"a":"${'x'.repeat(1_000_000)}"`)).toContain('not valid JSON');
    expect(read(`{${'"a":1,'.repeat(100_000)}}`)).toEqual({ a: 1 });
    expect(read(`[${' '.repeat(1_000_000)},`.replace(',', '1,]'))).toEqual([1]);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  test('prototypes stay what they are', () => {
    const value = read('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},}') as Record<string, unknown>;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
