import { describe, expect, it, test } from 'vitest';
import type { Diagnostic, ParseResult } from '../tree/document.ts';
import { LIMITS } from './limits.ts';
import { parse } from './parse.ts';

function faultOf(result: ParseResult): Diagnostic {
  if (result.ok) throw new Error('it was read');
  expect(result.diagnostics).toHaveLength(1);
  return result.diagnostics[0] as Diagnostic;
}

/** The policies without positions. */
function policiesOf(text: string): unknown {
  const result = parse(text);
  if (!result.ok) throw new Error(result.diagnostics[0]?.message);
  return JSON.parse(JSON.stringify(result.document.policies, (key, value) => (key === 'position' || key === 'end' ? undefined : value)));
}

describe('what is read', () => {
  test('"on" is optional, a brace may touch the realm or stand on the next line', () => {
    const forms = ['on job::/a { { permit read } }', 'job::/a{{permit read}}', 'job::/a\n{\n{\npermit read\n}\n}', '\ufeffon\u00a0job::/a\r\n{ { permit "read" } }'];
    for (const form of forms) expect(policiesOf(form)).toEqual(policiesOf(forms[0] as string));
  });

  test('a type may be called on', () => {
    expect(policiesOf('on::/a { }')).toEqual([{ realm: { type: 'on', namespace: ['a'], reach: { kind: 'subtree' } }, rules: [] }]);
  });

  it.each([
    ['job::/', [], { kind: 'subtree' }],
    ['job::/a/b', ['a', 'b'], { kind: 'subtree' }],
    ['job::/a::', ['a'], { kind: 'namespace' }],
    ['job::/::*', [], { kind: 'locals' }],
    ['job::/a::x/y', ['a'], { kind: 'local', path: ['x', 'y'] }],
    ['job::/[t]/b@c.d::u-[v]', undefined, undefined],
    ['job::/[t]/b@c.d::[v]', ['[t]', 'b@c.d'], { kind: 'local', path: ['[v]'] }],
  ])('the realm %s', (text, namespace, reach) => {
    if (namespace === undefined) expect(faultOf(parse(`${text} { }`)).line).toBe(1);
    else expect(policiesOf(`${text} { }`)).toEqual([{ realm: { type: 'job', namespace, reach }, rules: [] }]);
  });

  test('claims of a block are parted by blanks or lines, values by commas', () => {
    const text = 'job::/a { { permit issue, read name Google->email\ntokenTimeout "3600s" docker.allow https://x.y:80/z } }';
    expect(policiesOf(text)).toMatchObject([
      {
        rules: [
          {
            claims: [
              { type: 'permit', values: [{ text: 'issue' }, { text: 'read' }] },
              { type: 'name', values: [{ kind: 'reference', issuer: 'Google', type: 'email' }] },
              { type: 'tokenTimeout', values: [{ text: '3600s' }] },
              { type: 'docker.allow', values: [{ text: 'https://x.y:80/z' }] },
            ],
          },
        ],
      },
    ]);
  });

  test('&& binds before ||, parentheses before both', () => {
    const text = 'job::/a { if (a == 1 || b == 2 && (c == 3 || d == 4)) { permit read } }';
    expect(policiesOf(text)).toMatchObject([{ rules: [{ when: { kind: 'any', of: [{ type: 'a' }, { kind: 'all', of: [{ type: 'b' }, { kind: 'any', of: [{ type: 'c' }, { type: 'd' }] }] }] } }] }]);
  });

  test('a quote and a backslash in a string have a backslash before them, others stand for themselves', () => {
    expect(policiesOf('job::/a { { x "a\\"b\\\\c\\d" } }')).toMatchObject([{ rules: [{ claims: [{ values: [{ text: 'a"b\\c\\d' }] }] }] }]);
  });

  test('comments go to the end of their line, and are kept', () => {
    const result = parse('// first\non job::/a { // second\n { x "// no" y a//b } }');
    expect(result.ok && result.document.comments.map(({ text }) => text)).toEqual(['first', 'second']);
  });

  it.each(['>name', '->name', '-> name', 'name'])('%s is read as the name that the auth server gives, with a warning', (operand) => {
    const result = parse(`job::/a {\n  if (${operand} == "tom") { role admin } }`);
    expect(result).toMatchObject({ ok: true, warnings: [{ severity: 'warning', line: 2, column: 7, expected: '"auth_server@apcera.me->name"' }] });
    expect(policiesOf(`job::/a { if (${operand} == "tom") { role admin } }`)).toEqual(policiesOf('job::/a { if (auth_server@apcera.me->name == "tom") { role admin } }'));
  });

  test('other claim types without an issuer are those of the engine', () => {
    expect(parse('job::/a { if (role == "x" && ResType == job && names == y) { permit read } }')).toMatchObject({ ok: true, warnings: [] });
  });

  test('positions are those of the first character', () => {
    const result = parse('\n  on job::/a {\n\tif (\n  role == "x") { permit read,\n stop }\n}');
    expect(result.ok && result.document.policies[0]).toMatchObject({
      position: { line: 2, column: 3 },
      realm: { position: { line: 2, column: 6 } },
      rules: [{ position: { line: 3, column: 2 }, when: { position: { line: 4, column: 3 } }, claims: [{ position: { line: 4, column: 18 }, values: [{}, { position: { line: 5, column: 2 } }] }], end: { line: 5, column: 7 } }],
      end: { line: 6, column: 1 },
    });
  });
});

describe('what is refused, with its place', () => {
  it.each([
    ['a missing brace at the end', 'on job::/a { { permit read }', 1, 29, 'the end of the text', '"if", "{" or "}"'],
    ['a missing brace before the next policy', 'on job::/a {\n{ permit read }\non job::/b { }', 3, 1, '"on"', '"}"'],
    ['the same without "on"', 'on job::/a {\n{ permit read }\njob::/b { }', 3, 1, '"job::/b"', '"}"'],
    ['a brace too many', 'on job::/a { } }', 1, 16, '"}"', '"on", a resource type or the end of the text'],
    ['a claim outside of a block', 'on job::/a {\n  permit read }', 2, 3, '"permit"', '"if", "{" or "}"'],
    ['=', 'job::/a { if (x = 1) { } }', 1, 17, '"="', 'one of ==, beginsWith, endsWith, fqnMatch'],
    ['!=', 'job::/a { if (x != 1) { } }', 1, 17, '"!="', 'one of ==, beginsWith, endsWith, fqnMatch'],
    ['a word as a comparator', 'job::/a { if (x contains 1) { } }', 1, 17, '"contains"', 'one of ==, beginsWith, endsWith, fqnMatch'],
    ['a realm with one colon', 'job:/a { }', 1, 4, '":/a"', '"::"'],
    ['a realm without a slash', 'job::a { }', 1, 6, '"a"', '"/"'],
    ['an empty name', 'job::/a//b { }', 1, 8, '"//b"', 'a name after "/"'],
    ['a slash at the end', 'job::/a/ { }', 1, 8, '"/"', 'a name after "/"'],
    ['a star in a name', 'job::/a* { }', 1, 8, '"*"', '"/", "::" or "{"'],
    ['a name that is partly a template', 'job::/a[b] { }', 1, 8, '"[b]"', '"/", "::" or "{"'],
    ['a claim without a value', 'job::/a { { permit } }', 1, 13, '"permit"', 'permit followed by a value'],
    ['a comma without a value', 'job::/a { { permit read, } }', 1, 26, '"}"', 'a value'],
    ['a condition without parentheses', 'job::/a { if role == x { } }', 1, 14, '"role"', '"("'],
    ['an empty condition', 'job::/a { if () { } }', 1, 15, '")"', '"(", "->", ">" or a claim type'],
    ['a rule without a block', 'job::/a { if (a == b) }', 1, 23, '"}"', '"{"'],
    ['a string that is not closed', 'job::/a { { x "abc\n } }', 1, 15, '"\\"abc"', undefined],
    ['an issuer that is none', 'job::/a { { x a/b->c } }', 1, 15, '"a/b"', undefined],
    ['another claim in the damaged form', 'job::/a { if (>role == x) { } }', 1, 16, '"role"', '"name"'],
    ['a text that is no policy', 'permit read', 1, 7, '" "', '"::"'],
  ])('%s', (_what, text, line, column, found, expected) => {
    const fault = faultOf(parse(text));
    expect(fault).toMatchObject({ severity: 'error', line, column, found });
    if (expected !== undefined) expect(fault.expected).toBe(expected);
  });

  test('more than 512 KB, by bytes', () => {
    expect(parse('//'.padEnd(LIMITS.bytes, '€')).ok).toBe(false);
    expect(parse('//'.padEnd(LIMITS.bytes, 'x')).ok).toBe(true);
    expect(faultOf(parse('//'.padEnd(LIMITS.bytes + 1, 'x'))).message).toMatch(/at most 524288 bytes \(512 KB\), this has 524289/);
  });

  test('half of a character', () => {
    expect(faultOf(parse('// \ud800')).message).toMatch(/Unicode/);
  });

  test('parentheses deeper than the limit, before they are gone into', () => {
    const nested = (depth: number): string => `job::/a { if (${'('.repeat(depth)}a == b${')'.repeat(depth)}) { permit read } }`;
    expect(parse(nested(LIMITS.nesting)).ok).toBe(true);
    expect(faultOf(parse(nested(LIMITS.nesting + 1)))).toMatchObject({ column: 15 + LIMITS.nesting, message: expect.stringContaining('64 deep') });
    expect(parse(`job::/a { if (${'('.repeat(500_000)}`).ok).toBe(false);
  });

  it.each([
    ['claims', `job::/a { { x ${'a,'.repeat(LIMITS.claims)}a } }`],
    ['comparisons', `job::/a { if (${'a == b || '.repeat(LIMITS.comparisons)}a == b) { x y } }`],
    ['policies', 'a::/ {} '.repeat(LIMITS.policies + 1)],
  ])('too many %s', (what, text) => {
    expect(faultOf(parse(text)).message).toMatch(new RegExp(`at most \\d+ ${what}`));
  });

  test('a realm of too many names', () => {
    expect(parse(`job::/${'a/'.repeat(63)}a { }`).ok).toBe(true);
    expect(faultOf(parse(`job::/${'a/'.repeat(64)}a { }`)).message).toMatch(/at most 64 names/);
  });
});
