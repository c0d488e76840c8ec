import { describe, expect, test } from 'vitest';
import { accessorIdOf, idPrefixOf } from './accessor.ts';
import { flagOf, isPretty, parametersOf, readQueryOf } from './query.ts';

const read = (query: string) => readQueryOf(parametersOf(`/v1/acl/tokens?${query}`));
const problemOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toMatchObject({ name: 'Refusal', code: 'invalid_argument' });
    return (error as Error).message;
  }
  throw new Error('accepted');
};

describe('parameters of reads', () => {
  test.each([
    ['', { index: 0, waitMs: 300_000, stale: false, perPage: 0 }],
    ['index=&wait=&per_page=', { index: 0, waitMs: 300_000, perPage: 0 }],
    ['index=7&wait=30s', { index: 7, waitMs: 30_000 }],
    ['index=007', { index: 7 }],
    ['index=18446744073709551615', { index: Number.MAX_SAFE_INTEGER }],
    ['wait=60000ms', { waitMs: 60_000 }],
    ['wait=10m', { waitMs: 300_000 }],
    ['wait=0', { waitMs: 300_000 }],
    ['wait=-5s', { waitMs: 300_000 }],
    ['stale', { stale: true }],
    ['stale=', { stale: true }],
    ['stale=T', { stale: true }],
    ['stale=false', { stale: false }],
    ['consistent', { consistent: true }],
    ['consistent=anything', { consistent: true }],
    ['reverse=true', { reverse: true }],
    ['reverse=1', { reverse: false }],
    ['per_page=2&next_token=a&next_token=b', { perPage: 2, nextToken: 'a' }],
    ['filter=Name+%3D%3D+%22a+b%22', { filter: 'Name == "a b"' }],
    ['namespace=x&idempotency_token=y', { index: 0 }],
  ])('%s', (query, expected) => {
    expect(read(query)).toMatchObject(expected);
  });

  test.each([
    ['stale=random', 'Expect `true` or `false` for `stale` query string parameter'],
    ['per_page=x', 'Expect a number for `per_page` query string parameter'],
    ['per_page=-1', 'Expect a number for `per_page` query string parameter'],
    ['per_page=2147483648', 'Expect a number for `per_page` query string parameter'],
    ['per_page=1.5', 'Expect a number for `per_page` query string parameter'],
    ['wait=10', 'Invalid wait time'],
    ['wait=x', 'Invalid wait time'],
    ['index=x', 'Invalid index'],
    ['index=-1', 'Invalid index'],
    ['index=18446744073709551616', 'Invalid index'],
    ['filter=%ff', 'Invalid query string: percent-encoding must be of UTF-8'],
    ['filter=%zz', 'Invalid query string: percent-encoding must be of UTF-8'],
    ['index=x&wait=x&per_page=x&stale=x', 'Expect `true` or `false` for `stale` query string parameter'],
    ['index=x&wait=x&per_page=x', 'Expect a number for `per_page` query string parameter'],
    ['index=x&wait=x', 'Invalid wait time'],
  ])('%s is refused: %s', (query, expected) => {
    expect(problemOf(() => read(query))).toBe(expected);
  });

  test('pretty is on bare and with any value but 0', () => {
    const pretty = (query: string): boolean => isPretty(parametersOf(`/x${query}`));
    expect(['', '?pretty=0', '?pretty', '?pretty=', '?pretty=1', '?pretty=false'].map(pretty)).toEqual([false, false, true, true, true, true]);
  });

  test("a switch takes Go's truth values", () => {
    const flag = (query: string): boolean => flagOf(parametersOf(`/x?${query}`), 'global');
    expect(['', 'global', 'global=true', 'global=0', 'global=False'].map(flag)).toEqual([false, true, true, false, false]);
    expect(problemOf(() => flag('global=yes'))).toBe('Expect `true` or `false` for `global` query string parameter');
  });
});

describe('accessors and prefixes', () => {
  const lookup = 'acl token lookup failed: index error: ';

  test('an accessor is read in any case and with its hyphens anywhere', () => {
    expect(accessorIdOf('AA534E09-6a07-0a45-2295-a7f77063d429')).toBe('aa534e09-6a07-0a45-2295-a7f77063d429');
    expect(accessorIdOf('aa534e096a07-0a45-2295-a7f7-7063d429')).toBe('aa534e09-6a07-0a45-2295-a7f77063d429');
  });

  test.each([
    ['not-a-uuid', 'UUID must be 36 characters'],
    ['', 'UUID must be 36 characters'],
    ['z'.repeat(36), 'Invalid UUID: encoding/hex: invalid byte: U+007A'],
  ])('accessor %j is refused: %s', (text, expected) => {
    expect(problemOf(() => accessorIdOf(text))).toBe(lookup + expected);
  });

  test.each([
    ['ab', 'ab'],
    ['AAAABBBB', 'aaaabbbb'],
    ['aaaabbbbcc', 'aaaabbbb-cc'],
    ['aaaabbbb-', 'aaaabbbb'],
    ['aa534e09-6a07-0a45-2295-a7f77063d429', 'aa534e09-6a07-0a45-2295-a7f77063d429'],
  ])('ids with prefix %s start with %s', (text, expected) => {
    expect(idPrefixOf(text)).toBe(expected);
  });

  test.each([
    ['abc', 'Input (without hyphens) must be even length'],
    ['zz', 'Invalid UUID: encoding/hex: invalid byte: U+007A'],
    ['a-b-c-d-e-f', 'UUID should have maximum of 4 "-"; got 5'],
    ['a'.repeat(37), 'Invalid UUID length. UUID have 36 characters; got 37'],
  ])('prefix %j is refused: %s', (text, expected) => {
    expect(problemOf(() => idPrefixOf(text))).toBe(lookup + expected);
  });
});
