import { beforeAll, describe, expect, test } from 'vitest';
import { named } from '../support/acl.ts';
import { UUID } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { READ_JOBS } from './policies.ts';
import { caller, lineValue, output } from './run.ts';

/** `mintmark acl role` (specs 6.2). */
export function roleSuite(fixture: () => Fixture): void {
  describe('mintmark acl role', () => {
    const mintmark = caller(fixture);
    const [one, two] = [named('one'), named('two')];
    beforeAll(async () => {
      for (const name of [one, two]) await output(mintmark(`acl policy apply ${name} -`, { input: READ_JOBS }));
    });
    const create = async (name: string, ...flags: readonly string[]): Promise<string> => output(mintmark(['acl', 'role', 'create', '-name', name, ...flags]));

    test('create prints the block of the new role', async () => {
      const name = named('role');
      const text = await create(name, '-description', 'both of them', '-policy', two, '-policy', one, '-policy', one);
      const [id, created, modified] = ['ID', 'Create Index', 'Modify Index'].map((key) => lineValue(text, key));
      expect(id).toMatch(UUID);
      expect(text).toBe(
        `ID           = ${id}\nName         = ${name}\nDescription  = both of them\nPolicies     = ${[one, two].sort().join(',')}\nCreate Index = ${created}\nModify Index = ${modified}\n`,
      );
    });

    test.each([
      ['a name', ['-policy', 'x'], 'ACL role name must be specified using the -name flag\n'],
      ['a policy', ['-name', 'x'], 'At least one policy name must be specified using the -policy flag\n'],
    ])('create without %s is refused before anything is sent', async (_what, flags, stderr) => {
      expect(await mintmark(['acl', 'role', 'create', ...flags, '-address', 'http://127.0.0.1:1'])).toEqual({ code: 1, stdout: '', stderr });
    });

    test('create with a policy that does not exist says which', async () => {
      const { code, stderr } = await mintmark(`acl role create -name ${named('role')} -policy nobody-wrote-this`);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: 'Error creating ACL role: Unexpected response code: 400 (cannot find policy nobody-wrote-this)\nCorrect what the message names, then repeat\n',
      });
    });

    test('info finds a role by its ID and by its name, and prints JSON', async () => {
      const name = named('role');
      const made = await create(name, '-policy', one);
      const id = lineValue(made, 'ID');
      expect(await output(mintmark(`acl role info ${id}`))).toBe(made);
      expect(await output(mintmark(`acl role info -by-name ${name}`))).toBe(made);
      const role = JSON.parse(await output(mintmark(`acl role info -json ${id}`))) as object;
      expect(role).toMatchObject({ ID: id, Name: name, Description: '', Policies: [{ Name: one }] });
      expect(Object.keys(role)).toEqual(['ID', 'Name', 'Description', 'Policies', 'CreateIndex', 'ModifyIndex']);
    });

    test('update adds policies and keeps all else', async () => {
      const id = lineValue(await create(named('role'), '-description', 'kept', '-policy', one), 'ID');
      const text = await output(mintmark(`acl role update -policy ${two} ${id}`));
      expect([lineValue(text, 'Policies'), lineValue(text, 'Description')]).toEqual([[one, two].sort().join(','), 'kept']);
    });

    test('update with -no-merge replaces all but the ID', async () => {
      const id = lineValue(await create(named('role'), '-description', 'dropped', '-policy', one), 'ID');
      const name = named('renamed');
      const text = await output(mintmark(`acl role update -no-merge -name ${name} -policy ${two} ${id}`));
      expect(['ID', 'Name', 'Policies', 'Description'].map((key) => lineValue(text, key))).toEqual([id, name, two, '<none>']);
    });

    test('update without a flag is refused', async () => {
      expect(await mintmark('acl role update x')).toEqual({ code: 1, stdout: '', stderr: 'Please provide at least one flag to update the ACL role\n' });
    });

    test('list prints every role with its policies', async () => {
      const name = named('role');
      const id = lineValue(await create(name, '-policy', two, '-policy', one), 'ID');
      const text = await output(mintmark('acl role list'));
      expect(text).toMatch(/^ID +Name +Description +Policies\n/);
      expect(text).toMatch(new RegExp(`\n${id} +${name} +<none> +${[one, two].sort().join(',')}\n`));
      expect((JSON.parse(await output(mintmark('acl role list -json'))) as { ID: string }[]).map(({ ID }) => ID)).toContain(id);
    });

    test('a token that is made with a role shows it by ID and name', async () => {
      const name = named('role');
      const id = lineValue(await create(name, '-policy', one), 'ID');
      const token = await output(mintmark(`acl token create -role-name ${name} -role-id ${id}`));
      expect(token).toMatch(new RegExp(`\n\nRoles\nID +Name\n${id}  ${name}\n$`));
    });

    test('delete says so, and the role is gone', async () => {
      const id = lineValue(await create(named('role'), '-policy', one), 'ID');
      expect(await output(mintmark(`acl role delete ${id}`))).toBe(`ACL role ${id} successfully deleted\n`);
      expect((await mintmark(`acl role info ${id}`)).stderr).toContain('Error reading ACL role: Unexpected response code: 404 (ACL role not found)\n');
    });
  });
}
