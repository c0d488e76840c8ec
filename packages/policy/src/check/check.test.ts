import { describe, expect, it, test } from 'vitest';
import { check } from './check.ts';

function shown(text: string): readonly string[] {
  return check(text).map(({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`);
}

describe('errors', () => {
  it.each(['3600s', '60m', '1h', '1s', '2592000s'])('tokenTimeout %s is accepted', (value) => {
    expect(check(`job::/a { { tokenTimeout "${value}" } }`)).toEqual([]);
  });

  it.each(['3600', '0s', '1d', '-1s', '1.5h', 's', '1h30m', '', ' 1s', '9999999999s', '[name]'])('tokenTimeout %j is refused, with its place', (value) => {
    expect(check(`job::/[name] {\n  { permit read tokenTimeout "${value}" } }`)).toMatchObject([{ severity: 'error', line: 2, column: 30, found: JSON.stringify(value) }]);
  });

  test('a lifetime that the subject brings is refused', () => {
    expect(check('job::/a { { tokenTimeout Google->wish } }')).toMatchObject([{ severity: 'error', found: 'Google->wish' }]);
  });

  test('fqnMatch with what is no realm', () => {
    expect(check('service::/a { if (job fqnMatch "tom") { permit bind } }')).toMatchObject([{ severity: 'error', line: 1, column: 32 }]);
    expect(check('service::/a/[t] { if (job fqnMatch "job::/a/[t]::*") { permit bind } }')).toEqual([]);
  });

  test('a realm of every type asserts log claims only', () => {
    expect(check('*::/ { { log deny } }')).toEqual([]);
    expect(shown('*::/ { { permit read } }')).toEqual(['error 1:10 a realm of type * is an audit filter: found "permit", expected log claims only']);
    expect(check('audit::/ { { log some } }')).toMatchObject([{ severity: 'error', expected: 'none, allow or deny' }]);
  });

  test('come before warnings, each in the order of the text', () => {
    const found = check('job::/a { { } { tokenTimeout 1 } { permit fly tokenTimeout 2 } }').map(({ severity, column }) => [severity, column]);
    expect(found).toEqual([
      ['error', 30],
      ['error', 60],
      ['warning', 11],
      ['warning', 43],
      ['warning', 60],
    ]);
  });
});

describe('warnings', () => {
  it.each([
    ['a verb that nothing asks for', 'job::/a { { permit raed } }', /nothing asks for "raed" on resources of type job/],
    ['a template that the realm does not have', 'job::/[a] { { team "x [b]" } }', /\[b\] is not in the realm job::\/\[a\]/],
    ['a policy without rules', 'job::/a { }', /has no rules/],
    ['a block without claims', 'job::/a { { } }', /asserts nothing/],
    ['a claim that only a request can make', 'job::/a { { service "service::/x" } }', /forges/],
    ['two lifetimes of one realm', 'job::/a { { tokenTimeout 1s } { tokenTimeout 2s } }', /two values on job::\/a: the shortest counts/],
    ['a quota that cannot be compared', 'quota::/a { { max.package.size big } }', /quantity/],
    ['the damaged name', 'job::/a { if (>name == x) { permit read } }', /is read as "auth_server@apcera.me->name"/],
  ])('%s', (_what, text, message) => {
    expect(check(text)).toMatchObject([{ severity: 'warning', message: expect.stringMatching(message) }]);
  });

  test('verbs of types that Mintmark does not know are the policy author’s own', () => {
    expect(check('volume::/a { { permit mount } }')).toEqual([]);
  });
});
