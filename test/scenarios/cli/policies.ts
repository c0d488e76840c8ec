import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../harness/folder.ts';
import { named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { caller, lineValue, output } from './run.ts';

export const READ_JOBS = 'job::/sandbox {\n  {\n    permit read\n  }\n}\n';
const WRITE_JOBS = 'job::/sandbox {\n  {\n    permit read, update\n  }\n}\n';

/** `mintmark policy diff`: a file against what is stored. */
export function policyDiffSuite(fixture: () => Fixture): void {
  describe('mintmark policy diff', () => {
    const mintmark = caller(fixture);

    test('of what would change prints the lines, with exit code 1', async () => {
      const name = named('readers');
      await output(mintmark(`acl policy apply ${name} -`, { input: READ_JOBS }));
      const { code, stdout, stderr } = await mintmark(`policy diff ${name} -`, { input: WRITE_JOBS });
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(stdout).toMatch(new RegExp(`^--- ${name}\\tstored\n\\+\\+\\+ stdin\\tlocal\n@@ `));
      expect(stdout).toMatch(/\n- {2}\{ permit read \}\n\+ {2}\{ permit read, update \}\n/);
    });

    test('of another layout finds no difference', async () => {
      const name = named('readers');
      await output(mintmark(`acl policy apply ${name} -`, { input: READ_JOBS }));
      expect(await output(mintmark(`policy diff ${name} -`, { input: 'on job::/sandbox { { permit "read" } }' }))).toBe('');
    });

    test('of rules in Nomad HCL compares what they mean', async () => {
      const name = named('hcl');
      await output(mintmark(`acl policy apply ${name} -`, { input: 'namespace "default" {\n  capabilities = ["list-jobs"]\n}\n' }));
      expect(await output(mintmark(`policy diff ${name} -`, { input: 'on namespace::/default { { permit list-jobs } }' }))).toBe('');
    });

    test('with a policy that is not stored is an error', async () => {
      const { code, stdout, stderr } = await mintmark('policy diff nobody-wrote-this -', { input: READ_JOBS });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('Unexpected response code: 404 (ACL policy not found)\n');
    });
  });
}

/** `mintmark acl policy` (specs 6.2). */
export function policySuite(fixture: () => Fixture): void {
  describe('mintmark acl policy', () => {
    const mintmark = caller(fixture);
    const stack = new AsyncDisposableStack();
    let file = '';
    beforeAll(async () => {
      file = join(stack.use(await temporaryFolder('policy')).path, 'readers.pol');
      await writeFile(file, READ_JOBS);
    });
    afterAll(() => stack.disposeAsync());

    test('apply writes the rules of a file, and info prints them', async () => {
      const name = named('readers');
      expect(await output(mintmark(['acl', 'policy', 'apply', '-description', 'may read', name, file]))).toBe(`Successfully wrote "${name}" ACL policy!\n`);
      const text = await output(mintmark(`acl policy info ${name}`));
      expect(text).toBe(
        `Name        = ${name}\nDescription = may read\nCreateIndex = ${lineValue(text, 'CreateIndex')}\nModifyIndex = ${lineValue(text, 'ModifyIndex')}\n\nRules\n\n${READ_JOBS}`,
      );
    });

    test('apply reads standard input and replaces what was there', async () => {
      const name = named('readers');
      await output(mintmark(`acl policy apply ${name} ${file}`));
      await output(mintmark(`acl policy apply ${name} -`, { input: WRITE_JOBS }));
      expect(await output(mintmark(`acl policy info ${name}`))).toContain(WRITE_JOBS);
    });

    test('apply of rules that are none changes nothing and says where the fault is', async () => {
      const { code, stdout, stderr } = await mintmark(`acl policy apply ${named('bad')} -`, { input: 'job::/a {\n  { permit read }\n' });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^Error writing policy: Unexpected response code: 400 \(policy 0 invalid: [\s\S]*failed to parse rules: 3:1: /);
      expect(stderr).toMatch(/\nCorrect what the message names, then repeat\n$/);
    });

    test('apply of a file that is not there says so before anything is sent', async () => {
      const { code, stderr } = await mintmark('acl policy apply x /nowhere/x.pol');
      expect({ code, stderr }).toEqual({ code: 1, stderr: 'the rules: /nowhere/x.pol cannot be read (there is no such file)\n' });
    });

    test('list prints names and descriptions, with -json without Hash', async () => {
      const name = named('listed');
      await output(mintmark(['acl', 'policy', 'apply', '-description', 'some words', name, file]));
      const text = await output(mintmark('acl policy list'));
      expect(text).toMatch(/^Name +Description\n/);
      expect(text).toMatch(new RegExp(`\n${name} +some words\n`));
      const policies = JSON.parse(await output(mintmark('acl policy list -json'))) as { Name: string }[];
      const listed = policies.find(({ Name }) => Name === name);
      expect(Object.keys(listed ?? {})).toEqual(['Name', 'Description', 'CreateIndex', 'ModifyIndex']);
    });

    test('list and self of a client token are the policies that it has', async () => {
      const name = named('mine');
      await output(mintmark(`acl policy apply ${name} ${file}`));
      const { SecretID } = await fixture().us.mint({ Policies: [name] });
      const only = new RegExp(`^Name +Description\n${name} +<none>\n$`);
      expect(await output(mintmark(`acl policy list -token ${SecretID}`))).toMatch(only);
      expect(await output(mintmark(`acl policy self -token ${SecretID}`))).toMatch(only);
    });

    test('self of a client token whose policies do not exist finds none', async () => {
      const { SecretID } = await fixture().us.mint({ Policies: ['nobody-wrote-this'] });
      expect(await output(mintmark(`acl policy self -token ${SecretID}`))).toBe('No policies found\n');
    });

    test('self of a management token says that it may do everything', async () => {
      expect(await output(mintmark('acl policy self'))).toBe('This is a management token: it may do everything, and has no policies\n');
    });

    test('delete says so, and the policy is gone', async () => {
      const name = named('gone');
      await output(mintmark(`acl policy apply ${name} ${file}`));
      expect(await output(mintmark(`acl policy delete ${name}`))).toBe(`Successfully deleted ${name} policy!\n`);
      const { code, stderr } = await mintmark(`acl policy info ${name}`);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: 'Error fetching info on ACL policy: Unexpected response code: 404 (ACL policy not found)\nThere is none of that name or id: see the list command\n',
      });
    });

    test('versions lists who wrote which text when, and info shows an earlier one', async () => {
      const name = named('history');
      await output(mintmark(['acl', 'policy', 'apply', '-description', 'first', name, file]));
      await output(mintmark(['acl', 'policy', 'apply', '-description', 'second', name, '-'], { input: WRITE_JOBS }));
      const text = await output(mintmark(`acl policy versions ${name}`));
      expect(text).toMatch(/^Version +Time +Author +Description\n2 +\d{4}-\d\d-\d\d [\d:.]+ \+0000 UTC +token:\S+ +second\n1 +[^\n]+ first\n$/);
      expect(JSON.parse(await output(mintmark(`acl policy versions -json ${name}`)))).toMatchObject([{ Version: 2 }, { Version: 1 }]);
      const first = await output(mintmark(`acl policy info -version 1 ${name}`));
      expect(first).toBe(`Name        = ${name}\nDescription = first\n\nRules\n\n${READ_JOBS}`);
    });

    test('restore writes an earlier text again, also of a policy that was deleted', async () => {
      const name = named('restored');
      await output(mintmark(`acl policy apply ${name} ${file}`));
      await output(mintmark(`acl policy apply ${name} -`, { input: WRITE_JOBS }));
      expect(await output(mintmark(`acl policy restore ${name} 1`))).toBe(`Successfully restored version 1 of "${name}" ACL policy!\n`);
      expect(await output(mintmark(`acl policy info ${name}`))).toContain(READ_JOBS);
      await output(mintmark(`acl policy delete ${name}`));
      await output(mintmark(`acl policy restore ${name} 2`));
      expect(await output(mintmark(`acl policy info ${name}`))).toContain(WRITE_JOBS);
    });

    test('restore of what is no version is refused before anything is sent, of one that is not kept by the region', async () => {
      const { code, stderr } = await mintmark('acl policy restore x first');
      expect({ code, stderr }).toEqual({ code: 1, stderr: '<version> must be a number that `mintmark acl policy versions` lists, not "first"\n' });
      expect((await mintmark('acl policy restore x 7')).stderr).toContain('Error restoring ACL policy: Unexpected response code: 404 (ACL policy ');
    });

    test('a client token may not write policies', async () => {
      const { SecretID } = await fixture().us.mint();
      const { code, stderr } = await mintmark(`acl policy apply x ${file} -token ${SecretID}`);
      expect(code).toBe(1);
      expect(stderr).toContain('Error writing policy: Unexpected response code: 403 (Permission denied)\n');
    });
  });
}
