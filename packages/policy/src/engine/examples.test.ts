import { describe, expect, it, test } from 'vitest';
import { parse } from '../grammar/parse.ts';
import { check } from '../check/check.ts';
import { type AccessRequest, decide, decideEdit, decideImage } from './decide.ts';
import type { Claim } from './evaluation.ts';
import { BASE, inForce, named, says } from './scene.fixture.ts';
import { PolicySet } from './policy-set.ts';
import { nameOf, tokenTimeoutOf, valuesOf } from './values.ts';

/** The example policies of the specification (seed-systems 1.4) by their row, each request with its decision. */

const CAP = 'job::/sandbox/admin::mycaptoken';
const BIND = `service::/sandbox/tom { if (job fqnMatch "job::/sandbox/tom") { permit bind } }`;
const BIND_BACK = `job::/sandbox/tom { if (service fqnMatch "service::/sandbox/tom") { permit bind } }`;
const GOOGLE = { email: 'a@example.com', verified: 'true' };
const ROW = {
  1: `on ${CAP} { { permit issue } { tokenTimeout "3600s" } }`,
  2: `job::/ { if (auth_server@apcera.me->name == "${CAP}") { role admin } }`,
  3: 'job::/sandbox { { permit read } }',
  4: `network::/prod::* {if(auth_server@apcera.me->name=="admin"){permit create, join}} network::/prod::net1 {if(auth_server@apcera.me->name=="user1"){permit join}}`,
  5: 'job::/sandbox/[name] { if (auth_server@apcera.me->name == [name]) { role admin } }',
  6: `package::/apcera { if (role == "developer" || role == qa) { permit read, use } }
      package::/ { if (Google->email endsWith "@example.com" && Google->verified == "true") { role developer } }`,
  8: 'on auth::/oauth2/http { if (Google->email endsWith "@example.com") { permit issue name Google->email } }',
} as const;

type Case = readonly [row: string, texts: readonly string[], subject: string, claims: readonly Claim[], verb: string, resource: string, decision: 'allow' | 'deny', context?: AccessRequest['context']];

const CASES: readonly Case[] = [
  ['1', [ROW[1]], 'the job', named(CAP), 'issue', CAP, 'allow'],
  ['1', [ROW[1]], 'another job', named('job::/sandbox/admin::other'), 'issue', 'job::/sandbox/admin::other', 'deny'],
  ['1', [ROW[1]], 'the job in another namespace', named('job::/sandbox/admin2::mycaptoken'), 'issue', 'job::/sandbox/admin2::mycaptoken', 'deny'],
  ['1', [ROW[1]], 'the job', named(CAP), 'read', CAP, 'deny'],
  ['2', [ROW[2]], 'the job', named(CAP), 'delete', 'job::/prod/x::y', 'allow'],
  ['2', [ROW[2]], 'the job', named(CAP), 'read', 'package::/apcera/pkg/os::ubuntu-14.04-apc3', 'deny'],
  ['2', [ROW[2]], 'tom', named('tom'), 'delete', 'job::/prod/x::y', 'deny'],
  ['2', [ROW[2]], 'the job', named(CAP), 'issue', CAP, 'deny'],
  ['3', [ROW[3]], 'anyone', [], 'read', 'job::/sandbox::a', 'allow'],
  ['3', [ROW[3]], 'anyone', [], 'read', 'job::/sandbox/x/y::z', 'allow'],
  ['3', [ROW[3]], 'anyone', [], 'read', 'job::/sandboxed::a', 'deny'],
  ['3', [ROW[3]], 'anyone', [], 'read', 'job::/::a', 'deny'],
  ['3', [ROW[3]], 'anyone', [], 'read', 'service::/sandbox::a', 'deny'],
  ['4', [ROW[4]], 'admin', named('admin'), 'create', 'network::/prod::n9', 'allow'],
  ['4', [ROW[4]], 'admin', named('admin'), 'create', 'network::/prod/eu::n9', 'deny'],
  ['4', [ROW[4]], 'user1', named('user1'), 'join', 'network::/prod::net1', 'allow'],
  ['4', [ROW[4]], 'user1', named('user1'), 'join', 'network::/prod::net2', 'deny'],
  ['5', [ROW[5]], 'ann', named('ann'), 'start', 'job::/sandbox/ann/dev::a', 'allow'],
  ['5', [ROW[5]], 'ann', named('ann'), 'start', 'job::/sandbox/bob::a', 'deny'],
  ['5', [ROW[5]], 'ann', named('ann'), 'start', 'job::/sandbox::a', 'deny'],
  ['6', [ROW[6]], 'both claims of Google', says('Google', GOOGLE), 'use', 'package::/apcera::x', 'allow'],
  ['6', [ROW[6]], 'the address alone', says('Google', { email: 'a@example.com' }), 'use', 'package::/apcera::x', 'deny'],
  ['6', [ROW[6]], 'the address from LDAP', [...says('LDAP', { email: 'a@example.com' }), ...says('Google', { verified: 'true' })], 'use', 'package::/apcera::x', 'deny'],
  ['7', [BIND, BIND_BACK], "tom's job to tom's service", [], 'bind', 'service::/sandbox/tom::s', 'allow', { job: 'job::/sandbox/tom::j' }],
  ['7', [BIND, BIND_BACK], "tom's service to tom's job", [], 'bind', 'job::/sandbox/tom::j', 'allow', { service: 'service::/sandbox/tom::s' }],
  ['7', [BIND, BIND_BACK], "ann's job to tom's service", [], 'bind', 'service::/sandbox/tom::s', 'deny', { job: 'job::/sandbox/ann::j' }],
  ['7', [BIND], 'with only the half of the service', [], 'bind', 'job::/sandbox/tom::j', 'deny', { service: 'service::/sandbox/tom::s' }],
  ['8', [ROW[8]], 'a@example.com', says('Google', { email: 'a@example.com' }), 'issue', 'auth::/oauth2/http', 'allow'],
  ['8', [ROW[8]], 'a@example.com.evil', says('Google', { email: 'a@example.com.evil' }), 'issue', 'auth::/oauth2/http', 'deny'],
];

describe('the decisions of the rows', () => {
  for (const [row, texts, subject, claims, verb, resource, decision, context = {}] of CASES) {
    test(`row ${row}: ${subject}, ${verb} ${resource}: ${decision} (${texts.length} of its documents)`, () => {
      const decided = decide(inForce(...texts), { verb, resource, claims, context });
      expect(decided.allowed).toBe(decision === 'allow');
      if (decided.allowed) return;
      expect(decided.missing).toEqual([`permit ${verb} on ${resource}`]);
      expect(decided.message).toBe(`Not allowed to ${verb} "${resource}" by policy: missing claim "permit ${verb}" on "${resource}"`);
    });
  }
});

describe('what the rows say beside allow and deny', () => {
  test('row 1: the token lives 3600 s', () => {
    expect(tokenTimeoutOf(inForce(ROW[1]), { resource: CAP, claims: named(CAP) })).toBe(3_600);
  });

  test('row 2: the explanation of what an administrator may do begins with the verb and ends with the rule that made one', () => {
    const decided = decide(inForce(ROW[2]), { verb: 'delete', resource: 'job::/prod/x::y', claims: named(CAP) });
    expect(decided.allowed && decided.explanation).toMatchObject({
      document: 'clusterPermissions',
      claim: 'permit delete',
      because: [
        { document: 'rolePermissions', claim: 'permit all' },
        { document: 'd0', line: 1, claim: 'role admin' },
      ],
    });
  });

  test('row 5b: a template that the realm does not bind asserts nothing', () => {
    const text = 'auth::/ { if (auth_server@apcera.me->name == [name]) { defaultNamespace "/sandbox/[name]" } }';
    expect(valuesOf(inForce(text), { resource: 'auth::/oauth2/http', claims: named('ann') }, 'defaultNamespace')).toEqual([]);
  });

  test('row 8: the token is named as Google says and lives as authSettings say', () => {
    const request = { resource: 'auth::/oauth2/http', claims: says('Google', { email: 'a@example.com' }) };
    expect(nameOf(inForce(ROW[8]), request)).toBe('a@example.com');
    expect(tokenTimeoutOf(inForce(ROW[8]), request)).toBe(86_400);
    expect(nameOf(inForce(ROW[8]), { ...request, claims: says('Google', { email: 'a@example.com.evil' }) })).toBeUndefined();
  });

  it.each([
    ['only job::/dev', 'job::/dev/x { { permit read } }', true, undefined],
    ['package::/dev too', 'job::/dev { { permit read } } package::/dev { { permit read } }', false, 'policy::/dev'],
    ['job::/prod', 'job::/prod { { permit read } }', false, 'policy::/prod'],
    ['every job', 'job::/ { { permit read } }', false, 'policy::/'],
    ['the jobs of a template beside dev', 'job::/[team] { { permit read } }', false, 'policy::/[team]'],
    ['a template within dev', 'job::/dev/[team] { { permit read } }', true, undefined],
  ])('row 9: bob edits a document with %s', (_what, text, allowed, on) => {
    const sets = inForce('policy::/dev { if (auth_server@apcera.me->name == "bob" && ResType == "job") { permit update } }');
    const parsed = parse(text);
    const decided = parsed.ok ? decideEdit(sets, parsed.document, { verb: 'update', claims: named('bob') }) : undefined;
    expect(decided?.allowed).toBe(allowed);
    if (decided?.allowed === false) expect(decided.missing).toEqual([`permit update on ${on}`]);
  });

  test('row 9: who may edit one namespace may not edit what is below it', () => {
    const sets = inForce('policy::/dev:: { { permit update } }');
    const edit = (text: string): boolean | undefined => {
      const parsed = parse(text);
      return parsed.ok ? decideEdit(sets, parsed.document, { verb: 'update', claims: [] })?.allowed : undefined;
    };
    expect([edit('job::/dev:: {}'), edit('job::/dev::x {}'), edit('job::/dev::* {}'), edit('job::/dev {}')]).toEqual([true, true, true, false]);
  });

  test('row 10: the image that is named runs, another is refused in its own words', () => {
    const job = 'job::/sandbox/u::nats1';
    const image = 'https://registry-1.docker.io/library/nats:latest';
    const sets = inForce(`${job} { { docker.allow "${image}" } }`);
    expect(decideImage(sets, { resource: job, claims: [] }, image)).toMatchObject({ allowed: true, explanation: { document: 'd0', line: 1, claim: `docker.allow "${image}"` } });
    const other = 'https://registry-1.docker.io/library/redis:latest';
    expect(decideImage(sets, { resource: job, claims: [] }, other)).toEqual({
      allowed: false,
      missing: [`docker.allow "${other}" on ${job}`],
      message: `Docker image "${other}" not allowed by policy: missing claim "docker.allow \\"${other}\\"" on "${job}"`,
    });
  });

  it.each([
    ['on job::/a { { permit read }', 1, '"}"'],
    ['on job::/a {\n permit read }', 2, '"{"'],
    ['job::/a {\n\n if (x = 1) { permit read } }', 3, '=='],
  ])('row 11: %j is rejected with line %i', (text, line, expected) => {
    const [first] = check(text);
    expect(first).toMatchObject({ severity: 'error', line });
    expect(first?.expected).toContain(expected);
  });

  test('row 12: quotas are read and permit nothing', () => {
    const text = 'quota::/sandbox/sam { { max.package.size 2GB } { total.network 1Gbps } }';
    expect(check(text)).toEqual([]);
    const sets = inForce(text);
    for (const verb of ['read', 'create', 'all']) expect(decide(sets, { verb, resource: 'quota::/sandbox/sam', claims: [] }).allowed).toBe(false);
    expect(valuesOf(sets, { resource: 'quota::/sandbox/sam', claims: [] }, 'max.package.size')).toEqual(['2GB']);
  });

  test('the base alone permits nothing to anyone', () => {
    for (const resource of ['job::/a::b', 'policy::/', 'auth::/oauth2/http']) expect(decide([PolicySet.of(BASE)], { verb: 'read', resource, claims: named('tom') }).allowed).toBe(false);
  });
});
