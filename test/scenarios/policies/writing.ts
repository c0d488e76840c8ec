import { describe, expect, test } from 'vitest';
import { freshnessOf, indexOf, named, notOlderThan } from '../support/acl.ts';
import { expectDenied, expectEmpty, expectJson, expectReadHeaders, expectRefusal, expectWriteHeaders } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { Grants, type PolicyJson, RULES } from './grants.ts';

const faulty = (...problems: string[]): string =>
  `policy 0 invalid: ${problems.length === 1 ? '1 error' : `${problems.length} errors`} occurred:\n${problems.map((problem) => `\t* ${problem}\n`).join('')}\n`;

/** What must not be written, and why (specs 1.10). `{name}` is the name in the path. */
const REFUSED: readonly (readonly [what: string, body: object, text: string | RegExp])[] = [
  ['rules that cannot be parsed', { Rules: 'job::/sandbox {' }, /^policy 0 invalid: 1 error occurred:\n\t\* failed to parse rules: \d+:\d+: .+\n\n$/],
  ['rules in HCL that cannot be parsed', { Rules: 'namespace "default" {' }, /^policy 0 invalid: 1 error occurred:\n\t\* failed to parse rules: \d+:\d+: .+\n\n$/],
  ['rules that mean nothing', { Rules: 'on *::/ { { permit read } }' }, /^policy 0 invalid: 1 error occurred:\n\t\* failed to parse rules: 1:\d+: a realm of type \* is an audit filter/],
  ['a description of 257 bytes', { Description: 'd'.repeat(257) }, faulty('description longer than 256')],
  ['a description of 129 two-byte characters', { Description: 'é'.repeat(129) }, faulty('description longer than 256')],
  ['a job without a namespace', { JobACL: { JobID: 'api' } }, faulty('namespace must be set to set job ID')],
  ['a group without a job', { JobACL: { Namespace: 'default', Group: 'web' } }, faulty('job ID must be set to set group')],
  ['a task without a group', { JobACL: { Namespace: 'default', JobID: 'api', Task: 'main' } }, faulty('group must be set to set task')],
  [
    'several things at once, all told',
    { Description: 'd'.repeat(257), JobACL: { JobID: 'api', Task: 'main' } },
    faulty('description longer than 256', 'namespace must be set to set job ID', 'group must be set to set task'),
  ],
];

const INVALID_NAMES = ['a.b', 'a_b', 'a%20b', 'n'.repeat(129), '%C3%A9', '*', 'a:b'];

/** Writes of policies (specs 1.10; 9.1 and 9.2). */
export function writingSuite(fixture: () => Fixture): void {
  describe.each(['us', 'eu'] as const)('policies are written through %s', (where) => {
    const grants = (): Grants => new Grants(fixture()[where]);

    test('UpsertPolicies: 200 without a body by PUT and POST, the index of the write in the authority, and at once what it says', async () => {
      const name = named('p');
      for (const method of ['PUT', 'POST']) {
        const reply = await fixture()[where].send(method, `/v1/acl/policy/${name}`, { body: { Name: name, Rules: RULES, Description: method } });
        expectEmpty(reply);
        expectWriteHeaders(reply);
        expect(expectJson<PolicyJson>(await grants().policy(name)).Description).toBe(method);
        expect(expectJson<PolicyJson>(await new Grants(fixture().us).policy(name)).ModifyIndex).toBe(indexOf(reply));
      }
    });

    test('UpsertPolicies: an identical write bumps ModifyIndex and keeps CreateIndex', async () => {
      const name = await grants().made();
      const before = expectJson<PolicyJson>(await grants().policy(name));
      expectEmpty(await grants().put(name));
      const after = expectJson<PolicyJson>(await grants().policy(name));
      expect(after.ModifyIndex).toBeGreaterThan(before.ModifyIndex);
      expect({ ...after, ModifyIndex: 0 }).toEqual({ ...before, ModifyIndex: 0 });
    });

    test('UpsertPolicies: rules may be empty, in the language of policies, or in HCL; the hash tells whether two policies say the same', async () => {
      const hashes = new Set<string>();
      for (const Rules of ['', RULES, 'namespace "default" {\n  policy = "read"\n}\n', '{"namespace":{"default":{"policy":"read"}}}']) {
        const policy = expectJson<PolicyJson>(await grants().policy(await grants().made({ Rules })));
        expect(policy.Rules).toBe(Rules);
        hashes.add(policy.Hash);
      }
      expect(hashes.size).toBe(4);
    });

    test('DeletePolicies: 200 without a body, gone at once, and 200 again where there is nothing to delete', async () => {
      const name = await grants().made();
      const reply = await grants().drop(name);
      expectEmpty(reply);
      expectWriteHeaders(reply);
      expectRefusal(await grants().policy(name), 404, 'ACL policy not found');
      for (const gone of [name, named('never'), 'a.b']) {
        const again = await grants().drop(gone);
        expectEmpty(again);
        expectWriteHeaders(again);
      }
    });

    test('invalid rules and everything else that is invalid: 400 that says what, and nothing is changed', async () => {
      const name = await grants().made();
      const before = expectJson<PolicyJson>(await grants().policy(name));
      for (const [what, body, text] of REFUSED) {
        const reply = await grants().put(name, body);
        expect({ what, status: reply.status, text: reply.text }).toEqual({ what, status: 400, text: typeof text === 'string' ? text : expect.stringMatching(text) });
        expectRefusal(await grants().put(named('new'), body), 400, text);
      }
      expect(expectJson(await grants().policy(name))).toEqual(before);
      expect(expectJson<unknown[]>(await grants().versions(name))).toHaveLength(1);
    });

    test('a name is 1 to 128 letters, digits and hyphens', async () => {
      for (const path of INVALID_NAMES) {
        const Name = decodeURIComponent(path);
        expectRefusal(await grants().put(path, { Name }), 400, faulty(`invalid name '${Name}'`));
      }
      const longest = `${named('n')}${'n'.repeat(128)}`.slice(0, 128);
      expectEmpty(await grants().put(longest));
      expectEmpty(await grants().drop(longest));
    });

    test('body and path name the same policy, or it is 400 whoever asks; without a name in the path it is Missing Policy Name', async () => {
      for (const caller of [grants(), grants().as(undefined)]) {
        for (const body of [{ Name: 'other' }, { Name: '' }, { Name: null }, { Name: 'P1' }]) {
          expectRefusal(await caller.put('p1', body), 400, 'ACL policy name does not match request path');
        }
      }
      for (const method of ['GET', 'PUT', 'DELETE']) expectRefusal(await fixture()[where].send(method, '/v1/acl/policy/'), 400, 'Missing Policy Name');
    });

    test('writes need management, also to say that something is invalid or is not there', async () => {
      const name = await grants().made();
      const client = await grants().holding({ Policies: [name] });
      const before = await grants().policies();
      for (const caller of [client, grants().as(undefined), grants().as(crypto.randomUUID()), grants().as('x')]) {
        expectDenied(await caller.put(name));
        expectDenied(await caller.put(name, { Description: 'd'.repeat(257) }));
        expectDenied(await caller.put(named('new')));
        expectDenied(await caller.drop(name));
        expectDenied(await caller.drop(named('never')));
        expectDenied(await caller.restore(name, { Version: 1 }));
        expectDenied(await caller.versions(name));
        expectDenied(await caller.version(name, 1));
      }
      expect(expectJson(await grants().policies())).toEqual(expectJson(before));
      expect(indexOf(await grants().policies())).toBe(indexOf(before));
    });

    test('a local management token of a region writes no policy and no role', async () => {
      const local = await grants().api.mint({ Type: 'management', Global: false });
      const as = grants().as(local.SecretID);
      const name = named('p');
      expectDenied(await as.put(name));
      expectDenied(await as.drop(name));
      expectDenied(await as.putRole({ Name: name, Policies: [{ Name: name }] }));
      expectRefusal(await grants().policy(name), 404, 'ACL policy not found');
    });

    test('writes go to the authority whatever region is asked for, an unknown one too', async () => {
      const name = named('p');
      for (const region of ['us-east', 'ap-south', 'nowhere']) expectEmpty(await grants().put(name, { Description: region }, { region }));
      expect(expectJson<PolicyJson>(await grants().policy(name)).Description).toBe('nowhere');
      expectEmpty(await grants().drop(name, { region: 'nowhere' }));
    });
  });
  replicationSuite(fixture);
}

/** Policies and roles are global (specs 5.2). */
function replicationSuite(fixture: () => Fixture): void {
  test('a policy and a role written through eu are shown by eu at once, by the authority, and by ap when it covers the write', async () => {
    const [us, eu, ap] = [new Grants(fixture().us), new Grants(fixture().eu), new Grants(fixture().ap)];
    const name = named('p');
    const write = await eu.put(name, { Description: 'from eu' });
    const here = expectJson<PolicyJson>(await eu.policy(name));
    const there = expectJson<PolicyJson>(await us.policy(name));
    const far = expectJson<PolicyJson>(await ap.policy(name, {}, { headers: notOlderThan(freshnessOf(write)) }));
    const said = (policy: PolicyJson): object => ({ ...policy, CreateIndex: 0, ModifyIndex: 0 });
    expect([said(here), said(far)]).toEqual([said(there), said(there)]);
    expect(there.ModifyIndex).toBe(indexOf(write));
    const role = await eu.grouped(name);
    expect((await eu.roleIds()).includes(role.ID) && (await us.roleIds()).includes(role.ID)).toBe(true);
    const gone = await eu.drop(name);
    expectRefusal(await eu.policy(name), 404, 'ACL policy not found');
    expectRefusal(await us.policy(name), 404, 'ACL policy not found');
    expectRefusal(await ap.policy(name, {}, { headers: notOlderThan(freshnessOf(gone)) }), 404, 'ACL policy not found');
  });

  test('indexes of a policy are those of the region that is asked, and `region` asks another one', async () => {
    const name = await new Grants(fixture().us).made();
    const eu = new Grants(fixture().eu);
    const asked = await eu.policy(name, { region: 'us-east' });
    expectReadHeaders(asked);
    expect(expectJson(asked)).toEqual(expectJson(await new Grants(fixture().us).policy(name)));
    expect(freshnessOf(asked)).toMatch(/^us-east:/);
    expect(await eu.names({ region: 'us-east' })).toContain(name);
  });
}
