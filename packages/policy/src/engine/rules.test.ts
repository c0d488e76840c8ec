import { describe, expect, it, test } from 'vitest';
import { VERBS } from '../system/verbs.ts';
import { compile } from './compile.ts';
import { decide } from './decide.ts';
import { PolicySet } from './policy-set.ts';
import { inForce, named, says } from './scene.fixture.ts';
import { tokenTimeoutOf, valuesOf } from './values.ts';

function may(texts: readonly string[], verb: string, resource: string, claims = named('ann'), context = {}): boolean {
  return decide(inForce(...texts), { verb, resource, claims, context }).allowed;
}

describe('rules of authorization (seed-systems 1.3)', () => {
  test('3: permit all and role admin mean nothing without the system documents', () => {
    const only = [PolicySet.of([compile('d', 'job::/ { { permit all } { role admin } }')])];
    expect(decide(only, { verb: 'read', resource: 'job::/a::b', claims: [] }).allowed).toBe(false);
    expect(may(['job::/ { { permit all } }'], 'read', 'job::/a::b')).toBe(true);
    expect(may(['job::/ { { role admin } }'], 'read', 'job::/a::b')).toBe(true);
  });

  it.each(Object.entries(VERBS).filter(([, { all }]) => all.length > 0))('2: an administrator of %s may do all that is done with them, and nothing else', (type, { all, special = [] }) => {
    const admin = [`${type}::/ { { role admin } }`];
    expect(all.filter((verb) => !may(admin, verb, `${type}::/a::b`))).toEqual([]);
    expect([...special, 'fly'].filter((verb) => may(admin, verb, `${type}::/a::b`))).toEqual([]);
  });

  test('4: each half of a handshake is its own decision', () => {
    const halves = ['job::/a { if (job fqnMatch "job::/b") { permit link } }', 'job::/b { if (job fqnMatch "job::/a") { permit link } }'];
    expect(may(halves.slice(0, 1), 'link', 'job::/a::x', [], { job: 'job::/b::y' })).toBe(true);
    expect(may(halves.slice(0, 1), 'link', 'job::/b::y', [], { job: 'job::/a::x' })).toBe(false);
    expect(may(halves, 'link', 'job::/b::y', [], { job: 'job::/a::x' })).toBe(true);
  });

  test('7: being named gives nothing', () => {
    expect(may(['auth::/oauth2/http { { permit issue } { name "ann" } }'], 'read', 'job::/a::b')).toBe(false);
  });
});

describe('evaluation (seed-systems 1.4)', () => {
  it.each([
    ['job::/a', 'job::/a', true],
    ['job::/a', 'job::/a/b::c', true],
    ['job::/a', 'job::/ab::c', false],
    ['job::/a/b', 'job::/a::b', false],
    ['job::/a::x', 'job::/a::x', true],
    ['job::/a::x', 'job::/a::x/http/12345678', true],
    ['job::/a::x', 'job::/a::xy', false],
    ['job::/a::x', 'job::/a/b::x', false],
    ['job::/a::x', 'job::/a', false],
    ['job::/a::*', 'job::/a::x/y', true],
    ['job::/a::*', 'job::/a', false],
    ['job::/a::*', 'job::/a/b::x', false],
    ['job::/a::', 'job::/a', true],
    ['job::/a::', 'job::/a::x', true],
    ['job::/a::', 'job::/a/b', false],
    ['job::/', 'job::/::x', true],
    ['job::/[t]/b', 'job::/a/b::x', true],
    ['job::/[t]/[t]', 'job::/a/a', true],
    ['job::/[t]/[t]', 'job::/a/b', false],
    ['job::/a::[t]', 'job::/a::x', true],
    ['*::/', 'job::/a', false],
  ])('2: realm %s and resource %s: %s', (realm, resource, holds) => {
    expect(may([`${realm} { { permit read } }`], 'read', resource)).toBe(holds);
  });

  test('3: templates are put into strings of conditions and of claims', () => {
    const text = 'job::/home/[who]/[what] { if (auth_server@apcera.me->name == "u-[who]") { team "[what] of [who]" } if (team == "web of ann") { permit read } }';
    expect(may([text], 'read', 'job::/home/ann/web::x', named('u-ann'))).toBe(true);
    expect(may([text], 'read', 'job::/home/ann/db::x', named('u-ann'))).toBe(false);
    expect(may([text], 'read', 'job::/home/bob/web::x', named('u-ann'))).toBe(false);
  });

  test('3: a condition with an unbound template does not hold, and alternatives beside it do', () => {
    expect(may(['job::/a { if (auth_server@apcera.me->name == [x] || auth_server@apcera.me->name == ann) { permit read } }'], 'read', 'job::/a::b')).toBe(true);
    expect(may(['job::/a { if (auth_server@apcera.me->name beginsWith "[x]") { permit read } }'], 'read', 'job::/a::b')).toBe(false);
  });

  test('4: rules chain through claims of any type, over documents', () => {
    const chain = Array.from({ length: 50 }, (_, at) => `job::/ { if (step == "s${at}") { step "s${at + 1}" } }`).reverse();
    expect(may([...chain, 'job::/a { { step s0 } }', 'job::/ { if (step == "s50") { permit read } }'], 'read', 'job::/a::b')).toBe(true);
    expect(may([...chain, 'job::/a { { step s0 } }', 'job::/ { if (step == "s51") { permit read } }'], 'read', 'job::/a::b')).toBe(false);
  });

  test('4: rules that assert each other come to an end, and assert nothing out of nothing', () => {
    const circle = 'job::/ { if (a == "1") { b "1" } if (b == "1") { a "1" permit read } }';
    expect(may([circle], 'read', 'job::/a::b')).toBe(false);
    expect(may([circle, 'job::/a { { b "1" } }'], 'read', 'job::/a::b')).toBe(true);
  });

  test('4: a condition with several claims waits for the last of them', () => {
    const text = 'job::/ { if (a == x && b beginsWith "y" && (c == z || d == w)) { permit read } { a x } if (a == x) { b yes } if (b == yes) { d w } }';
    expect(may([text], 'read', 'job::/a::b')).toBe(true);
  });

  test('5: what is asserted of one resource says nothing of another', () => {
    const text = 'job::/a { { role admin } }';
    expect([may([text], 'read', 'job::/a::x'), may([text], 'read', 'job::/b::x'), may([text], 'read', 'package::/a::x')]).toEqual([true, false, false]);
  });

  test('6: claims of an issuer and claims of the engine never mix', () => {
    const text = 'job::/ { if (role == boss) { permit read } if (Google->role == boss) { permit stop } }';
    expect(may([text], 'read', 'job::/a::b', says('Google', { role: 'boss' }))).toBe(false);
    expect(may([text], 'stop', 'job::/a::b', says('Google', { role: 'boss' }))).toBe(true);
    expect(may([text, 'job::/ { { role boss } }'], 'read', 'job::/a::b')).toBe(true);
    expect(may([text, 'job::/ { { role boss } }'], 'stop', 'job::/a::b')).toBe(false);
    expect(may([text], 'read', 'job::/a::b', [{ issuer: '', type: 'role', value: 'boss' }])).toBe(false);
  });

  test('1: of the context only what a request can be about counts', () => {
    expect(may(['job::/ { if (role == boss) { permit read } }'], 'read', 'job::/a::b', [], { role: 'boss' })).toBe(false);
    expect(may(['job::/ { }'], 'read', 'job::/a::b', [], { role: 'admin', permit: 'read' })).toBe(false);
    expect(may(['job::/ { if (service beginsWith "service::/x") { permit read } }'], 'read', 'job::/a::b', [], { service: 'service::/x::y' })).toBe(true);
  });

  it.each([
    ['==', 'job::/x::y', true],
    ['==', 'job::/x', false],
    ['beginsWith', 'job::/x', true],
    ['endsWith', '::y', true],
    ['endsWith', '::', false],
    ['fqnMatch', 'job::/x', true],
    ['fqnMatch', 'job::/', true],
    ['fqnMatch', 'job::/x::*', true],
    ['fqnMatch', 'job::/x::y', true],
    ['fqnMatch', 'job::/x::y/z', false],
    ['fqnMatch', 'job::/x/y', false],
    ['fqnMatch', 'service::/x', false],
  ])('a job %s "%s": %s', (comparator, operand, holds) => {
    expect(may([`service::/ { if (job ${comparator} "${operand}") { permit bind } }`], 'bind', 'service::/a::b', [], { job: 'job::/x::y' })).toBe(holds);
  });

  test('fqnMatch takes the names that the realm binds', () => {
    const text = 'service::/home/[who] { if (job fqnMatch "job::/home/[who]") { permit bind } }';
    expect(may([text], 'bind', 'service::/home/tom::s', [], { job: 'job::/home/tom/x::j' })).toBe(true);
    expect(may([text], 'bind', 'service::/home/tom::s', [], { job: 'job::/home/tomas::j' })).toBe(false);
  });

  test('a reference gives every value that the issuer says, in claims and in conditions', () => {
    const groups = [...says('LDAP', { group: 'ops' }), ...says('LDAP', { group: 'dev' })];
    const text = 'job::/ { { team LDAP->group } if (team == dev && LDAP->group == LDAP->wanted) { permit read } }';
    expect(may([text], 'read', 'job::/a::b', [...groups, ...says('LDAP', { wanted: 'ops' })])).toBe(true);
    expect(may([text], 'read', 'job::/a::b', groups)).toBe(false);
  });

  test('8: of lifetimes the one of the most specific realm counts, of two there the shortest', () => {
    const timeout = (...texts: readonly string[]): number | undefined => tokenTimeoutOf(inForce(...texts), { resource: 'job::/a/b::c', claims: [] });
    expect(timeout('job::/ { { tokenTimeout "1s" } }', 'job::/a { { tokenTimeout "2h" } }')).toBe(7_200);
    expect(timeout('job::/a/b::c { { tokenTimeout "9m" } }', 'job::/a/b { { tokenTimeout "1s" } }', 'job::/a/b::* { { tokenTimeout "2s" } }')).toBe(540);
    expect(timeout('job::/a/[x] { { tokenTimeout "1s" } }', 'job::/a/b { { tokenTimeout "5s" } }')).toBe(5);
    expect(timeout('job::/a { { tokenTimeout "100s" } }', 'job::/a { { tokenTimeout "1m" } }')).toBe(60);
    expect(timeout()).toBeUndefined();
  });

  test('8: allowances add up over the realms, quotas are the tightest of them', () => {
    const sets = inForce('job::/ { { docker.allow "a" } }', 'job::/a { { docker.allow "b" } }', 'quota::/ { { max.package.size 1TB } }', 'quota::/a { { max.package.size 2GB } }', 'quota::/a/b { { max.package.size 900GB } }');
    expect(valuesOf(sets, { resource: 'job::/a::x', claims: [] }, 'docker.allow')).toEqual(['a', 'b']);
    expect(valuesOf(sets, { resource: 'quota::/a/b', claims: [] }, 'max.package.size')).toEqual(['2GB']);
  });

  test('rules that lead to more than is followed are refused, and the message says so', () => {
    const step = (at: number): string => `if (s endsWith "-${at}") { s "x-${at + 1}" }`;
    const text = `job::/ { { s "x-0" } ${Array.from({ length: 3_000 }, (_, at) => step(at)).join('\n')} if (s == "x-3000") { permit read } }`;
    const decided = decide(inForce(text), { verb: 'read', resource: 'job::/a::b', claims: [] });
    expect(decided).toMatchObject({ allowed: false, message: expect.stringContaining('more claims than are followed') });
  });

  it.each(['', 'job', 'job:/a', 'job::', 'job::a', 'job::/a/', 'job::/a//b', 'job::/a::', 'job::/a::b/', '::/a', 'job::/a\u0000', `job::/${'a/'.repeat(70)}b`, 'x'.repeat(10_000)])('%j as a resource is a refusal, not an error', (resource) => {
    const decided = decide(inForce('job::/ { { permit read } }'), { verb: 'read', resource, claims: [] });
    expect(decided).toMatchObject({ allowed: false, missing: [], message: expect.stringContaining('is not the name of a resource') });
  });
});

describe('sets of documents', () => {
  test('count as one where a decision asks several', () => {
    const set = (text: string): PolicySet => PolicySet.of([compile('d', text)]);
    const request = { verb: 'read', resource: 'job::/a::b', claims: [] };
    expect(decide([set('job::/ { { role x } }'), set('job::/ { if (role == x) { permit read } }')], request).allowed).toBe(true);
    expect(decide([], request).allowed).toBe(false);
  });

  test('are not changed by what is made of them', () => {
    const request = { verb: 'read', resource: 'job::/a::b', claims: [] };
    const none = PolicySet.of([]);
    const one = none.with(compile('d', 'job::/a { { permit read } }'));
    const other = one.with(compile('d', 'job::/b { { permit read } }'));
    expect([none, one, other, one.without('d'), one.without('e')].map((set) => [set.size, decide([set], request).allowed])).toEqual([
      [0, false],
      [1, true],
      [1, false],
      [0, false],
      [1, true],
    ]);
  });

  test('the same name and text are compiled once', () => {
    expect(compile('d', 'job::/a { { permit read } }')).toBe(compile('d', 'job::/a { { permit read } }'));
    expect(() => compile('d', 'job::/a {\n permit }')).toThrow(/policy "d", line 2, column 2/);
  });
});
