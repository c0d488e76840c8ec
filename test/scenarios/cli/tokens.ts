import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { named, type TokenJson } from '../support/acl.ts';
import { UUID } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { caller, output, lineValue } from './run.ts';

/** `mintmark acl token` (specs 6.2). */
export function tokenSuite(fixture: () => Fixture): void {
  describe('mintmark acl token', () => {
    const mintmark = caller(fixture);

    test('create prints the block of the new client token, secret and times included', async () => {
      const name = named('ci');
      const { code, stdout } = await mintmark(['acl', 'token', 'create', '-name', name, '-policy', 'deploy', '-policy', 'readonly', '-ttl', '2h']);
      expect(code).toBe(0);
      const token = await fixture().us.look(lineValue(stdout, 'Accessor ID'));
      expect(stdout).toBe(
        [
          `Accessor ID  = ${token.AccessorID}`,
          `Secret ID    = ${token.SecretID}`,
          `Name         = ${name}`,
          'Type         = client',
          'Global       = false',
          `Create Time  = ${goTime(token.CreateTime)}`,
          `Expiry Time  = ${goTime(token.ExpirationTime)}`,
          `Create Index = ${token.CreateIndex}`,
          `Modify Index = ${token.ModifyIndex}`,
          'Policies     = [deploy readonly]',
          '',
          'Roles',
          '<none>',
          '',
        ].join('\n'),
      );
      expect(token.ExpirationTTL).toBe('2h0m0s');
    });

    test('create takes flags with two dashes as well, and a management token has neither policies nor roles', async () => {
      const block = await output(mintmark('acl token create --type=management --global'));
      expect(block).toMatch(/\nName {9}= <none>\n.*\nGlobal {7}= true\n/s);
      expect(block).toMatch(/\nExpiry Time {2}= <none>\n/);
      expect(block).toMatch(/\nPolicies {5}= n\/a\nRoles {8}= n\/a\n$/);
    });

    test('create warns on standard error of each policy that does not exist, and succeeds', async () => {
      const { code, stderr, stdout } = await mintmark('acl token create -policy nobody-wrote-this -json');
      expect({ code, stderr }).toEqual({ code: 0, stderr: 'Warning: there is no policy "nobody-wrote-this": it grants nothing until it is written\n' });
      expect(JSON.parse(stdout)).toMatchObject({ Policies: ['nobody-wrote-this'] });
    });

    test('create with -json prints four-space JSON without Hash, and without ExpirationTime where there is none', async () => {
      const text = await output(mintmark('acl token create -type management -json'));
      const token = JSON.parse(text) as Record<string, unknown>;
      expect(text).toBe(`${JSON.stringify(token, null, 4)}\n`);
      expect(Object.keys(token)).toEqual(['AccessorID', 'SecretID', 'Name', 'Type', 'Policies', 'Roles', 'Global', 'CreateTime', 'CreateIndex', 'ModifyIndex']);
    });

    test('create stores a token whose secret comes from standard input', async () => {
      const [accessor, secret] = [randomUUID(), randomUUID()];
      const { code, stdout } = await mintmark(`acl token create -policy readonly -accessor ${accessor} -`, { input: `${secret}\n` });
      expect({ code, accessor: lineValue(stdout, 'Accessor ID'), secret: lineValue(stdout, 'Secret ID') }).toEqual({ code: 0, accessor, secret });
    });

    test.each([
      ['an accessor without a secret', `-accessor ${randomUUID()}`, 'missing secret ID: give the path of a file that holds it, or - for standard input\n'],
      ['a secret without an accessor', '-', 'missing accessor ID: give -accessor together with the file that holds the SecretID\n'],
      ['a management token', `-type management -accessor ${randomUUID()} -`, 'cannot upload management tokens\n'],
    ])('create refuses to store %s', async (_what, args, stderr) => {
      expect(await mintmark(`acl token create ${args}`, { input: 'x' })).toEqual({ code: 1, stdout: '', stderr });
    });

    test('update changes what is given and keeps all else', async () => {
      const made = await fixture().us.mint({ Policies: ['a', 'b'], ExpirationTTL: '1h' });
      const renamed = await mintmark(['acl', 'token', 'update', '-name', 'two words', made.AccessorID]);
      expect(renamed.code).toBe(0);
      expect(await fixture().us.look(made.AccessorID)).toMatchObject({ Name: 'two words', Policies: ['a', 'b'], ExpirationTime: made.ExpirationTime });
      await mintmark(`acl token update -policy c ${made.AccessorID}`);
      expect(await fixture().us.look(made.AccessorID)).toMatchObject({ Name: 'two words', Policies: ['c'] });
    });

    test('update turns a client token with policies into a management token', async () => {
      const made = await fixture().us.mint();
      expect(lineValue(await output(mintmark(`acl token update -type management ${made.AccessorID}`)), 'Type')).toBe('management');
    });

    test('info and self print the same block of one token', async () => {
      const made = await fixture().us.mint();
      const info = await output(mintmark(`acl token info ${made.AccessorID}`));
      expect(await output(mintmark(`acl token self -token ${made.SecretID}`))).toBe(info);
      expect(lineValue(info, 'Secret ID')).toBe(made.SecretID);
    });

    test('list prints a table without secrets that tells who has expired', async () => {
      const made = await fixture().us.mint({ AccessorID: randomUUID(), SecretID: randomUUID(), CreateTime: '2020-01-01T00:00:00Z', ExpirationTTL: '1h' });
      const text = await output(mintmark('acl token list'));
      const [head = '', ...rows] = text.trimEnd().split('\n');
      expect(head).toMatch(/^Name +Type +Global +Accessor ID +Expired$/);
      expect(rows.find((row) => row.includes(made.AccessorID))).toMatch(/client +false +\S+ {2}true$/);
      expect(rows.find((row) => row.startsWith('Bootstrap Token'))).toMatch(/management +true +\S+ {2}false$/);
      for (const secret of fixture().secrets) expect(text).not.toContain(secret);
    });

    test('list with -json prints every token, and no secret', async () => {
      const tokens = JSON.parse(await output(mintmark('acl token list -json'))) as TokenJson[];
      expect(tokens.length).toBe((await fixture().us.accessors()).length);
      for (const token of tokens) expect(token).toEqual({ ...token, AccessorID: expect.stringMatching(UUID), Hash: undefined, SecretID: undefined });
    });

    test('delete says so, and the token is gone', async () => {
      const made = await fixture().us.mint();
      expect(await output(mintmark(`acl token delete ${made.AccessorID}`))).toBe(`Token ${made.AccessorID} successfully deleted\n`);
      expect((await fixture().us.as(made.SecretID).self()).status).toBe(403);
    });

    test('a global token made through one region is shown by another with -region', async () => {
      const made = await fixture().us.mint({ Global: true });
      const block = await output(mintmark(['acl', 'token', 'self', '-region', fixture().eu.region.name, '-token', made.SecretID]));
      expect(lineValue(block, 'Accessor ID')).toBe(made.AccessorID);
    });
  });
}

function goTime(text: string | null): string {
  return (text ?? '').replace('T', ' ').replace('Z', ' +0000 UTC');
}
