import { describe, expect, it, test } from 'vitest';
import { compile } from '../engine/compile.ts';
import { decide } from '../engine/decide.ts';
import { PolicySet } from '../engine/policy-set.ts';
import { print } from '../tree/print.ts';
import { BLOCKS } from './blocks.ts';
import { readRules } from './rules.ts';

function printed(text: string): string {
  const read = readRules(text);
  return read.ok ? print(read.document) : read.diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`).join('\n');
}

const READ = 'list-jobs, parse-job, read-job, csi-list-volume, csi-read-volume, read-job-scaling, list-scaling-policies, read-scaling-policy, host-volume-read';

describe('which language', () => {
  test("policies are read as policies, after comments of either's kind", () => {
    expect(printed('// c\njob::/a { { permit read } }')).toBe('// c\non job::/a {\n  { permit read }\n}\n');
    expect(printed('# c\n/* d */ // e\nagent { policy = "read" }')).toBe('on agent::/ {\n  { permit read }\n}\n');
  });

  it.each(['', ' \n', '// nothing'])('%j grants nothing', (text) => {
    expect(readRules(text)).toMatchObject({ ok: true, document: { policies: [] } });
  });
});

describe('blocks', () => {
  test('every kind with its levels', () => {
    const text = `
namespace "default" { policy = "read" }
namespace "web" { capabilities = ["submit-job", "host-volume-write"] }
node_pool "gpu_1" { policy = "write" }
host_volume "data" { policy = "write" }
agent { policy = "write" }
node { policy = "read" }
operator { policy = "read" }
quota { policy = "write" }
plugin { policy = "list" }
`;
    expect(printed(text)).toBe(
      [
        `on namespace::/default {\n  { permit ${READ} }\n}\n`,
        'on namespace::/web {\n  { permit submit-job, host-volume-write, host-volume-register, host-volume-create, host-volume-delete, host-volume-read }\n}\n',
        'on node_pool::/gpu_1 {\n  { permit delete, read, write }\n}\n',
        'on host_volume::/data {\n  { permit mount-readonly, mount-readwrite }\n}\n',
        'on agent::/ {\n  { permit read, write }\n}\n',
        'on node::/ {\n  { permit read }\n}\n',
        'on operator::/ {\n  { permit read, license-read }\n}\n',
        'on quota::/ {\n  { permit read, write }\n}\n',
        'on plugin::/ {\n  { permit list }\n}\n',
      ].join('\n'),
    );
  });

  test('* is the root of its realm', () => {
    expect(printed('namespace "*" { policy = "scale" variables { path "*" { capabilities = ["read"] } } }')).toBe(
      'on namespace::/ {\n  { permit list-scaling-policies, read-scaling-policy, read-job-scaling, scale-job, read-job, submit-recommendation }\n}\n\non variables::/ {\n  { permit read, list }\n}\n',
    );
  });

  test('the JSON form says the same, in objects or in lists of them', () => {
    const hcl = printed('namespace "a" { policy = "read" }\nnamespace "b" { policy = "read" }\nnode { policy = "read" }');
    expect(printed('{"namespace": {"a": {"policy": "read"}, "b": {"policy": "read"}}, "node": {"policy": "read"}}')).toBe(hcl);
    expect(printed('{\n"namespace": [{"a": {"policy": "read"}}, {"b": {"policy": "read"}}], "node": [{"policy": "read"}]}')).toBe(hcl);
  });

  test('levels and capabilities of the namespace are those that Nomad expands to', () => {
    const levels = BLOCKS.namespace?.levels ?? {};
    expect([levels.read?.length, levels.write?.length, levels.scale?.length]).toEqual([9, 20, 6]);
    expect(levels.write).toEqual(expect.arrayContaining([...(levels.read ?? [])]));
    const all = Object.keys(BLOCKS.namespace?.capabilities ?? {});
    expect(printed(`namespace "a" { capabilities = ${JSON.stringify(all)} }`)).toMatch(/^on namespace::\/a/);
    expect(all).toHaveLength(44);
  });

  test('what they permit is explained with their line', () => {
    const sets = [PolicySet.of([compile('dev', '# comment\nnamespace "default" {\n  policy = "read"\n  capabilities = [\n    "submit-job",\n  ]\n}')])];
    expect(decide(sets, { verb: 'read-job', resource: 'namespace::/default', claims: [] })).toMatchObject({ allowed: true, explanation: { document: 'dev', line: 3, claim: 'permit read-job' } });
    expect(decide(sets, { verb: 'submit-job', resource: 'namespace::/default::web', claims: [] })).toMatchObject({ allowed: true, explanation: { line: 5 } });
    expect(decide(sets, { verb: 'read-job', resource: 'namespace::/defaults', claims: [] }).allowed).toBe(false);
  });
});

test('long runs of blanks change neither places nor strings', () => {
  const text = `node {${' '.repeat(50)}policy = "${' '.repeat(20)}read"${'\n'.repeat(30)}${'\t'.repeat(20)}}\nagent { policy = "deny" }`;
  expect(printed(text)).toBe(`1:66 Invalid node policy "${' '.repeat(20)}read": it must be one of read, write\n32:18 deny has no counterpart: permissions only add up, so leave out what is not permitted`);
});

describe('what has no counterpart is refused with its line and why', () => {
  it.each([
    ['deny', 'agent { policy = "read" }\nnamespace "a" {\n  policy = "deny"\n}', '3:12 deny has no counterpart'],
    ['deny as a capability', 'namespace "a" {\n  capabilities = ["read-job", "deny"]\n}', '2:31 deny has no counterpart'],
    ['a glob', 'namespace "ops-*" { policy = "read" }', '1:11 namespace "ops-*": a glob'],
    ['what takes back', 'namespace "*" { policy = "write" }\nnamespace "prod" { policy = "read" }', '2:11 namespace "prod" takes back what namespace "*" gives (scale-job'],
    ['a path of variables', 'namespace "a" {\n variables { path "nomad/jobs" { capabilities = ["read"] } } }', '2:19 path "nomad/jobs" has no counterpart'],
    ['an unknown level', 'node { policy = "list" }', '1:17 Invalid node policy "list": it must be one of read, write'],
    ['an unknown capability', 'namespace "a" { capabilities = ["reed"] }', '1:33 Invalid namespace capability "reed"'],
    ['a capability where there are none', 'node { capabilities = ["read"] }', '1:8 capabilities is not what a block node takes'],
    ['a name of another form', 'namespace "a/b" { policy = "read" }', '1:11 Invalid namespace name: "a/b"'],
    ['an expression', 'node { policy = "r${x}" }', '1:8 policy is not what'],
    ['no block that is known', 'foo = "bar"', '1:1 Invalid or duplicate policy keys: foo\n1:1 Invalid policy: foo = "bar"'],
    ['a block that is not closed', 'namespace "a" {\n  policy = "read"\n', '3:1 this is not HCL from here on: found the end of the line'],
    ['a block that is not closed before the next', 'namespace "é🔑" {\n\nnode { policy = "read" }', '3:25 this is not HCL'],
    ['a value that is missing', 'node {\n  policy = \n}', '3:1 this is not HCL from here on: found "}"'],
    ['a comma too many', 'namespace "a" {\n capabilities = ["é🔑",,"x"] }', '2:24 this is not HCL from here on: found ",\\"x\\"] }"'],
    ['nothing of HCL', '{"a": ', '1:7 this is not HCL'],
  ])('%s', (_what, text, start) => {
    expect(printed(text).slice(0, start.length)).toBe(start);
  });

  test('unknown and repeated keys are named as Nomad names them', () => {
    const text = ['bogus', 'anotherbogus', 'node', 'node', 'agent', 'agent', 'operator', 'operator', 'quota', 'quota', 'plugin', 'plugin'].map((key) => `${key} {\n  policy = "read"\n}\n`).join('');
    expect(printed(`namespace "a" { policy = "read" }\nnamespace "b" { policy = "read" }\n${text}`)).toBe('3:1 Invalid or duplicate policy keys: agent, anotherbogus, bogus, node, operator, plugin, quota');
  });

  test('too long, or nested too deep', () => {
    expect(printed(`# ${'x'.repeat(70_000)}\nnode { policy = "read" }`)).toMatch(/^1:1 rules in HCL may have at most/);
    expect(printed(`${'a "b" {\n'.repeat(3_000)}${'}\n'.repeat(3_000)}`)).toMatch(/nested at most 16 deep/);
  });
});
