import { describe, expect, test } from 'vitest';
import { compileFilter, MAX_FILTER_BYTES } from './compile.ts';
import type { Field } from './schema.ts';

const SCHEMA: Field = {
  type: 'object',
  members: {
    Name: { type: 'string' },
    Type: { type: 'string' },
    Policies: { type: 'list', of: { type: 'string' } },
    Roles: { type: 'list', of: { type: 'object', members: { ID: { type: 'string' }, Name: { type: 'string' } } } },
    Global: { type: 'bool' },
    ExpirationTime: { type: 'time' },
    ExpirationTTL: { type: 'duration' },
    CreateIndex: { type: 'integer' },
  },
};
const ROW = {
  Name: 'ci deploy (eu)',
  Type: 'client',
  Policies: ['ops', 'dev'],
  Roles: [{ ID: 'r1', Name: '' }],
  Global: true,
  ExpirationTime: '2026-01-02T03:04:05.5Z',
  ExpirationTTL: '1h30m0s',
  CreateIndex: 12,
  SecretID: 'never',
};
const BARE = { ...ROW, Policies: null, Roles: null, Global: false, ExpirationTime: null, ExpirationTTL: '', Name: '' };

const holds = (text: string, row: unknown = ROW): boolean => compileFilter(text, SCHEMA)(row);
const problem = (text: string): { code: string; message: string } => {
  try {
    compileFilter(text, SCHEMA);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
  throw new Error(`accepted: ${text}`);
};

describe('filters', () => {
  test.each([
    ['Type == "client"', true],
    ['Type == client', true],
    ['Type=="client"', true],
    ['Type != `client`', false],
    ['Global == true', true],
    ['Global == "F"', false],
    ['Global != 0', true],
    ['CreateIndex == 12', true],
    ['CreateIndex == "13"', false],
    ['"ops" in Policies', true],
    ['ops in Policies', true],
    ['"o" in Policies', false],
    ['"ops" not in Policies', false],
    ['Policies contains "dev"', true],
    ['Policies not contains "dev"', false],
    ['Name contains "deploy"', true],
    ['"deploy" in Name', true],
    ['Name matches "^ci "', true],
    ['Name matches `\\(eu\\)$`', true],
    ['Name matches "\\\\(eu\\\\)$"', true],
    ['Name not matches "^ci"', false],
    ['Policies is empty', false],
    ['Policies is not empty', true],
    ['Policies.0 == ops', true],
    ['Policies.9 == ops', false],
    ['Roles.0.ID == r1', true],
    ['Roles["0"].ID == r1', true],
    ['ExpirationTTL == "90m"', true],
    ['ExpirationTTL == 5400000000000', true],
    ['ExpirationTime == "2026-01-02T04:04:05.500+01:00"', true],
    ['ExpirationTime matches "^2026-01"', true],
    ['ExpirationTime is not empty', true],
    ['Name == "\\u0063i deploy (eu)"', true],
  ])('%s is %s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  test.each([
    ['Policies is empty', true],
    ['Roles is empty', true],
    ['ExpirationTime is empty', true],
    ['Name is empty', true],
    ['"ops" in Policies', false],
    ['"ops" not in Policies', true],
    ['Roles.0.ID == r1', false],
    ['ExpirationTTL == 0', true],
  ])('of an object whose lists and times are null, %s is %s', (text, expected) => {
    expect(holds(text, BARE)).toBe(expected);
  });

  test.each([
    ['Type == x or Type == client and Global == false', false],
    ['Type == client or Type == x and Global == false', true],
    ['(Type == client or Type == x) and Global == false', false],
    ['not Type == client or Global == true', true],
    ['not (Type == client or Global == true)', false],
    ['not not Type == client', true],
    ['  ( ( Type == client ) )  ', true],
  ])('"not" binds before "and" before "or": %s is %s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  test.each([
    'NotValid',
    '',
    'Name ==',
    'Name = x',
    '== x',
    '(Name == x',
    'Name == x)',
    'Name == "x',
    'Name == x and',
    'Name is blank',
    '"a\\q" in Name',
    'Name == 1x',
    'Name==a;',
  ])('what is not of the language is told with its place: %j', (text) => {
    expect(problem(text)).toMatchObject({ code: 'syntax', message: expect.stringMatching(/^1:\d+: Expected /) });
  });

  test.each([
    ['Nope == "a"', 'error finding value in datum: /Nope at part 0: couldn\'t find key: struct field with name "Nope"'],
    ['SecretID == "a"', 'error finding value in datum: /SecretID at part 0'],
    ['__proto__ == "a"', 'Expected'],
    ['constructor == "a"', 'error finding value in datum: /constructor at part 0'],
    ['Name.length == 3', 'error finding value in datum: /Name/length at part 1: invalid value kind: string'],
    ['Policies.length == 3', "at part 1: couldn't convert key to index"],
    ['Global == maybe', 'error getting match value in expression: strconv.ParseBool: parsing "maybe": invalid syntax'],
    ['CreateIndex == x', 'strconv.ParseUint: parsing "x": invalid syntax'],
    ['ExpirationTTL == 10', undefined],
    ['ExpirationTTL == tomorrow', 'time: '],
    ['ExpirationTime == tomorrow', 'RFC 3339'],
    ['Global contains t', 'Cannot perform in/contains operations on type bool for selector: "Global"'],
    ['Global is empty', 'Cannot perform is empty operations on type bool'],
    ['CreateIndex matches "1"', 'Value of type integer is not convertible to []byte'],
    ['Policies == ops', 'unable to find suitable primitive comparison function for matching'],
    ['"r1" in Roles', 'unable to find suitable primitive comparison function for "in" comparison'],
    ['Name matches "["', 'Failed to compile regular expression "["'],
    ['Name matches "(?=a)"', 'Failed to compile regular expression'],
  ])('what objects do not have is refused before any object is looked at: %s', (text, expected) => {
    if (expected === undefined) expect(holds(text)).toBe(false);
    else expect(problem(text).message).toContain(expected);
  });
});

describe('bounds of filters', () => {
  const quick = (work: () => void): void => {
    const started = performance.now();
    work();
    expect(performance.now() - started).toBeLessThan(1_000);
  };

  test('a pattern that makes backtracking engines hang is linear', () => {
    quick(() => expect(holds('Name matches "^(a+)+$"', { ...ROW, Name: `${'a'.repeat(255)}b` })).toBe(false));
  });

  test('patterns are bounded in length, in repeats and together', () => {
    expect(problem(`Name matches "${'a'.repeat(1_025)}"`).message).toContain('longer than 1024');
    expect(problem('Name matches "a{101}"').message).toContain('repeat count above 100');
    expect(problem('Name matches "a{1,101}"').message).toContain('repeat count above 100');
    quick(() => expect(problem(`Name matches "(${'a'.repeat(900)}){100}"`).message).toContain('expression too large'));
    quick(() => expect(problem(Array(300).fill('Name matches "a{99}"').join(' or ')).message).toContain('expression too large'));
  });

  test('a filter has at most 8,192 bytes', () => {
    expect(holds(`Name == "${'x'.repeat(MAX_FILTER_BYTES - 10)}"`)).toBe(false);
    expect(problem(`Name == "${'é'.repeat(MAX_FILTER_BYTES / 2)}"`)).toEqual({ code: 'syntax', message: 'longer than 8192 bytes' });
  });

  test('parentheses nest 64 deep; those within texts do not count', () => {
    quick(() => expect(holds(`${'('.repeat(64)}Global == true${')'.repeat(64)}`)).toBe(true));
    expect(problem(`${'('.repeat(65)}Global == true${')'.repeat(65)}`).message).toContain('nested deeper than 64');
    expect(holds(`Name != "${'('.repeat(500)}"`)).toBe(true);
    quick(() => expect(problem('('.repeat(64)).code).toBe('syntax'));
  });

  test('long chains and long runs of "not" are read without deep recursion', () => {
    quick(() => expect(holds(Array(480).fill('Type == x').join(' or '))).toBe(false));
    quick(() => expect(holds(`${'not '.repeat(2_000)}Global == true`)).toBe(true));
  });
});
