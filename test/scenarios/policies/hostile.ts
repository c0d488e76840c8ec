import { describe, expect, test } from 'vitest';
import { MALFORMED } from '../hostile/bodies.ts';
import { indexOf, named } from '../support/acl.ts';
import { expectEmpty, expectJson, expectRefusal } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { Grants, linksTo, RULES } from './grants.ts';

/** Values of a wrong type for each member; each refusal must name the member. */
const POLICY: Readonly<Record<string, readonly unknown[]>> = {
  Name: [7, true, {}, ['x']],
  Description: [7, true, {}, ['x']],
  Rules: [7, true, {}, ['x']],
  JobACL: ['x', 7, true, ['x']],
  Hash: [7, {}, []],
  CreateIndex: ['1', -1, 1.5, {}],
  ModifyIndex: ['1', -1, 1.5, {}],
};
const JOB_ACL: readonly string[] = ['Namespace', 'JobID', 'Group', 'Task'];
const ROLE: Readonly<Record<string, readonly unknown[]>> = {
  ID: [7, true, {}, []],
  Name: [7, true, {}, ['x']],
  Description: [7, true, {}, ['x']],
  Policies: ['x', 7, true, {}, ['x'], [7], [null], [['x']], [{ Name: 7 }]],
  Hash: [7, {}, []],
  CreateIndex: ['1', -1, 1.5, {}],
  ModifyIndex: ['1', -1, 1.5, {}],
};

/** Rules that somebody might try to break a reader with. */
const HOSTILE_RULES: readonly (readonly [string, string])[] = [
  ['more than 512 KB', `// ${'x'.repeat(520 * 1024)}\n`],
  ['100,000 open parentheses', `job::/a { if (${'('.repeat(100_000)}`],
  ['100,000 open braces', 'job::/a {'.repeat(100_000).slice(0, 400_000)],
  ['a NUL byte', 'job::/a { { permit \0 } }'],
  ['no claim', 'job::/a { { permit } }'],
  ['an unknown comparator', 'job::/a { if (role != admin) { permit read } }'],
  ['an assignment', 'job::/a { if (role = admin) { permit read } }'],
  ['an HCL block that is none of Nomad\'s', 'sandbox "x" { policy = "read" }'],
  ['an HCL list that does not end', 'namespace "default" { capabilities = ["read-job"'],
  ['40,000 nested HCL objects', '{"a":'.repeat(10_000)],
];

/** P14: bad input names the field and changes nothing. */
export function hostileSuite(fixture: () => Fixture): void {
  describe.each(['us', 'eu'] as const)('P14 bad policies and roles in %s', (where) => {
    const grants = (): Grants => new Grants(fixture()[where]);

    test('a body that is no JSON object is 400 and changes nothing', async () => {
      const name = await grants().made();
      const role = await grants().grouped(name);
      const unchanged = await standing(grants());
      for (const [what, body] of [...MALFORMED, ['nothing', ''] as const]) {
        for (const path of [`policy/${name}`, `policy/${name}/restore`, 'role', `role/${role.ID}`]) {
          const reply = await fixture()[where].send('PUT', `/v1/acl/${path}`, { body });
          expect({ what, path, status: reply.status, told: reply.text !== '' }).toEqual({ what, path, status: 400, told: true });
        }
      }
      expect(await standing(grants())).toEqual(unchanged);
    });

    test('a member of a wrong type is 400, names the member, and changes nothing', async () => {
      const name = await grants().made();
      const role = await grants().grouped(name);
      const unchanged = await standing(grants());
      for (const [member, values] of Object.entries(POLICY)) {
        for (const value of values) expectRefusal(await grants().put(name, { [member]: value }), 400, new RegExp(`^${member} must be `));
      }
      for (const member of JOB_ACL) expectRefusal(await grants().put(name, { JobACL: { [member]: 7 } }), 400, `JobACL.${member} must be a string`);
      for (const [member, values] of Object.entries(ROLE)) {
        const whole = { ID: role.ID, Name: role.Name, Policies: linksTo(name) };
        for (const value of values) expectRefusal(await grants().updateRole(role.ID, { ...whole, [member]: value }), 400, new RegExp(`^${member}(\\[0\\])?(\\.Name)? must be `));
      }
      expect(await standing(grants())).toEqual(unchanged);
    });

    test('rules that nobody should write are refused with a place and a reason, in time', async () => {
      const name = await grants().made();
      const unchanged = await standing(grants());
      for (const [what, Rules] of HOSTILE_RULES) {
        const reply = await grants().put(name, { Rules });
        expect({ what, status: reply.status, text: reply.text.slice(0, 400) }).toEqual({
          what, status: 400, text: expect.stringMatching(/^policy 0 invalid: 1 error occurred:\n\t\* failed to parse rules: \d+:\d+: ./),
        });
        expect(reply.elapsed).toBeLessThan(3_000);
      }
      expect(await standing(grants())).toEqual(unchanged);
    });

    test('a body beyond 1 MiB is refused', async () => {
      const name = named('p');
      expect((await grants().put(name, { Rules: 'x'.repeat(1_100_000) })).status).toBe(413);
      expectRefusal(await grants().policy(name), 404, 'ACL policy not found');
    });

    test('member names are matched whatever their case, unknown ones do not matter, trailing commas are tolerated', async () => {
      const name = named('p');
      const text = `{"NAME":"${name}","rules":${JSON.stringify(RULES)},"description":"x","Whatever":{"a":1},"JobACL":null,}`;
      expectEmpty(await fixture()[where].send('PUT', `/v1/acl/policy/${name}`, { body: text }));
      expect(expectJson(await grants().policy(name))).toMatchObject({ Name: name, Description: 'x', Rules: RULES });
    });

    test('texts of any script come back as they were written', async () => {
      const Description = 'Übersicht 日本語 🙂 "quoted" \\ back';
      const Rules = `// ${Description}\n${RULES}`;
      const name = await grants().made({ Description, Rules });
      expect(expectJson(await grants().policy(name))).toMatchObject({ Description, Rules });
    });
  });
}

/** What is there, and where its tables stand. */
async function standing(grants: Grants): Promise<unknown> {
  const [policies, roles] = [await grants.policies(), await grants.roles()];
  return { policies: policies.text, roles: roles.text, at: [indexOf(policies), indexOf(roles)] };
}
