import { describe, expect, test } from 'vitest';
import { named } from '../support/acl.ts';
import { UUID } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { password43 } from '../people/people.ts';
import { caller, lineValue, output, type Run, run } from './run.ts';

interface Made {
  readonly id: string;
  readonly username: string;
  readonly password: string;
}

/** `mintmark user`, `org`, `session` and `access-token`. */
export function peopleSuite(fixture: () => Fixture): void {
  const mintmark = caller(fixture);
  const org = async (alias = named('o'), ...flags: readonly string[]): Promise<{ id: string; alias: string }> => {
    const text = await output(mintmark(['org', 'create', '-name', 'Acme Ltd', '-alias', alias, ...flags]));
    return { id: lineValue(text, 'ID'), alias };
  };
  const user = async (...flags: readonly string[]): Promise<Made> => {
    const [username, password] = [`${named('u')}@example.com`, password43()];
    fixture().secrets.add(password);
    const text = await output(mintmark(['user', 'create', '-username', username, '-password-file', '-', ...flags], { input: `${password}\n` }));
    return { id: lineValue(text, 'ID'), username, password };
  };
  /** As somebody who has no other token. */
  const inPerson = (env: Readonly<Record<string, string>>) => (args: string | readonly string[], input = ''): Promise<Run> =>
    run(args, { input, env: { MINTMARK_ADDR: fixture().us.region.http, ...env } });
  const signedIn = async ({ username, password }: Made, ...flags: readonly string[]): Promise<string> => {
    const text = await output(inPerson({ MINTMARK_USERNAME: username, MINTMARK_PASSWORD: password })(['session', 'create', ...flags]));
    const token = lineValue(text, 'Session');
    fixture().secrets.add(decodeURIComponent(token));
    return token;
  };

  describe('mintmark org', () => {
    test('create, info, update, list and delete, by ID and by alias', async () => {
      const above = await org();
      const { id, alias } = await org(named('o'), '-parent', above.alias);
      expect(id).toMatch(UUID);
      const text = await output(mintmark(['org', 'info', alias.toUpperCase()]));
      expect(text).toMatch(new RegExp(`^ID           = ${id}\nName         = Acme Ltd\nAlias        = ${alias}\nParent       = ${above.id}\nNot Before   = <none>\nCreate Time  = .* UTC\n`));
      expect(await output(mintmark(['org', 'info', id]))).toBe(text);
      const renamed = await output(mintmark(['org', 'update', '-name', 'Acme Inc', alias]));
      expect(['Name', 'Alias', 'Parent'].map((key) => lineValue(renamed, key))).toEqual(['Acme Inc', alias, above.id]);
      expect(lineValue(await output(mintmark(['org', 'update', '-no-parent', id])), 'Parent')).toBe('<none>');
      expect(await output(mintmark('org list'))).toMatch(new RegExp(`\n${id} +${alias} +Acme Inc +<none>\n`));
      expect(JSON.parse(await output(mintmark(`org info -json ${alias}`)))).toMatchObject({ id, alias, name: 'Acme Inc', parent: null });
      expect(await output(mintmark(['org', 'delete', alias]))).toBe(`Organization ${alias} successfully deleted\n`);
      expect(await mintmark(['org', 'info', alias])).toEqual({ code: 1, stdout: '', stderr: `there is no organization ${alias}\n` });
    });

    test.each([
      ['create without an alias', ['create', '-name', 'x'], '-name and -alias must be given\n'],
      ['update without a flag', ['update', 'x'], 'Please provide at least one flag to update the organization\n'],
    ])('%s is refused before anything is sent', async (_, args, stderr) => {
      expect(await mintmark(['org', ...args, '-address', 'http://127.0.0.1:1'])).toEqual({ code: 1, stdout: '', stderr });
    });

    test('what the region refuses is told with its field and the next step', async () => {
      const { alias } = await org();
      const { code, stderr } = await mintmark(['org', 'create', '-name', 'x', '-alias', alias]);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^Error creating organization: Unexpected response code: 409 \(.*alias.*\)\n.+\n$/)]);
    });
  });

  describe('mintmark user', () => {
    test('create prints the block of the new user, with the organizations named by alias', async () => {
      const [one, two] = [await org(), await org()];
      const { id, username } = await user('-org', `${one.alias}:View Only`, '-org', `${two.id}:Standard`, '-platform-operator');
      const text = await output(mintmark(['user', 'info', username.toUpperCase()]));
      expect(text).toMatch(
        new RegExp(
          `^ID                = ${id}\nUsername          = ${username}\nPassword          = set\nDisabled          = false\nPlatform Operator = true\nOrganizations     = ${one.id}:View Only,${two.id}:Standard\nCreate Time       = .* UTC\n`,
        ),
      );
      const shown = JSON.parse(await output(mintmark(['user', 'info', '-json', id]))) as object;
      expect(shown).toMatchObject({ id, username, hasPassword: true, organizations: [{ organization: one.id, role: 'View Only' }, { organization: two.id, role: 'Standard' }] });
      expect(await output(mintmark('user list'))).toMatch(new RegExp(`\n${id} +${username} +set +false +true +${one.id}:View Only,${two.id}:Standard\n`));
    });

    test('a password comes from the environment too; without one the user signs in elsewhere', async () => {
      const [username, password] = [named('u'), password43()];
      fixture().secrets.add(password);
      const made = await output(mintmark(['user', 'create', '-username', username], { env: { MINTMARK_NEW_PASSWORD: password } }));
      expect(lineValue(made, 'Password')).toBe('set');
      expect(lineValue(await output(mintmark(['user', 'create', '-username', named('u')])), 'Password')).toBe('none');
      expect((await signedIn({ id: '', username, password })).length).toBeGreaterThan(20);
    });

    test('no flag takes a password', async () => {
      for (const command of ['user create', 'user password', 'session create']) {
        const { code, stderr } = await mintmark([...command.split(' '), '-password=canary-in-argv']);
        expect([code, stderr]).toEqual([1, expect.not.stringContaining('canary')]);
      }
    });

    test('update, disable, enable, and roles change what they name and keep the rest', async () => {
      const [one, two] = [await org(), await org()];
      const who = await user('-org', `${one.alias}:Standard`);
      const at = async (...args: readonly string[]): Promise<Record<string, unknown>> => JSON.parse(await output(mintmark(['user', ...args, '-json']))) as Record<string, unknown>;
      const role = (organization: string, name: string): object => ({ organization, role: name });
      expect(await at('disable', who.username)).toMatchObject({ disabled: true, hasPassword: true, organizations: [role(one.id, 'Standard')] });
      expect(await at('update', who.id, '-platform-operator', 'true')).toMatchObject({ disabled: true, platformOperator: true });
      expect(await at('enable', who.username)).toMatchObject({ disabled: false, platformOperator: true });
      expect(await at('role', 'set', who.username, two.alias, 'View Only')).toMatchObject({ organizations: [role(one.id, 'Standard'), role(two.id, 'View Only')] });
      expect(await at('role', 'set', who.username, one.alias, 'Advanced')).toMatchObject({ organizations: [role(two.id, 'View Only'), role(one.id, 'Advanced')] });
      expect(await at('role', 'remove', who.username, two.id)).toMatchObject({ organizations: [role(one.id, 'Advanced')], hasPassword: true });
      const { code, stderr } = await mintmark(['user', 'role', 'remove', who.username, two.alias]);
      expect([code, stderr]).toEqual([1, `${who.username} is not in ${two.alias}\n`]);
      const username = `${named('renamed')}@example.com`;
      expect(await at('update', who.username, '-username', username)).toMatchObject({ id: who.id, username });
      expect(await output(mintmark(['user', 'delete', username]))).toBe(`User ${username} successfully deleted\n`);
      expect((await mintmark(['user', 'info', who.id])).stderr).toContain('Error reading user: Unexpected response code: 404');
    });

    test('password sets another one, or none; either ends the sessions that there are', async () => {
      const who = await user();
      const sessions = async (): Promise<unknown[]> => JSON.parse(await output(mintmark(['user', 'session', 'list', who.username, '-json']))) as unknown[];
      await signedIn(who);
      expect(await sessions()).toHaveLength(1);
      const password = password43();
      fixture().secrets.add(password);
      expect(lineValue(await output(mintmark(['user', 'password', who.username, '-password-file', '-'], { input: password })), 'Password')).toBe('set');
      expect(await sessions()).toEqual([]);
      await signedIn({ ...who, password });
      expect(lineValue(await output(mintmark(['user', 'password', '-none', who.id])), 'Password')).toBe('none');
      expect(await sessions()).toEqual([]);
      expect(await mintmark(['user', 'password', who.username])).toMatchObject({ code: 1, stderr: expect.stringContaining('MINTMARK_NEW_PASSWORD') });
    });

    test('session list, end and end-all', async () => {
      const who = await user();
      await signedIn(who);
      const kept = await signedIn(who);
      const text = await output(mintmark(['user', 'session', 'list', who.username]));
      expect(text).toMatch(/^ID +Scope +Organization +Create Time +Expiration Time\n/);
      const [first = ''] = text.split('\n')[1]?.split(' ') ?? [];
      expect(await output(mintmark(['user', 'session', 'end', who.username, first]))).toBe(`Session ${first} of ${who.username} successfully ended\n`);
      expect((await output(mintmark(['user', 'session', 'list', who.id]))).trim().split('\n')).toHaveLength(2);
      expect(await output(mintmark(['user', 'session', 'end-all', who.username]))).toBe(`All sessions of ${who.username} successfully ended\n`);
      expect(await output(mintmark(['user', 'session', 'list', who.username]))).toBe('No sessions found\n');
      expect(kept).not.toBe('');
    });
  });

  describe('mintmark session', () => {
    test('create signs in; delete signs out, by the environment and by standard input, and once', async () => {
      const who = await user('-platform-operator');
      const first = await signedIn(who, '-scope', 'soc');
      expect(await output(inPerson({ MINTMARK_SESSION: first })('session delete'))).toBe('Session successfully ended\n');
      expect(await inPerson({ MINTMARK_SESSION: first })('session delete')).toMatchObject({ code: 1, stderr: expect.stringContaining('404 (there is no such session)') });
      const raw = decodeURIComponent(await signedIn(who));
      expect(await output(inPerson({})('session delete -', `${raw}\n`))).toBe('Session successfully ended\n');
      const begun = JSON.parse(await output(inPerson({ MINTMARK_USERNAME: who.username })('session create -json -password-file -', who.password))) as { ApprendaSessionToken: string };
      fixture().secrets.add(decodeURIComponent(begun.ApprendaSessionToken));
      expect(Object.keys(begun)).toEqual(['ApprendaSessionToken', 'href']);
    });

    test('a wrong password is told in words, and what is missing before anything is sent', async () => {
      const { username } = await user();
      expect(await inPerson({ MINTMARK_USERNAME: username, MINTMARK_PASSWORD: 'canary-password' })('session create')).toEqual({
        code: 1,
        stdout: '',
        stderr: 'Error creating session: Unexpected response code: 400 (the credentials are not valid)\nCorrect what the message names, then repeat\n',
      });
      expect(await inPerson({})('session create -address http://127.0.0.1:1')).toMatchObject({ code: 1, stderr: expect.stringContaining('MINTMARK_USERNAME') });
      expect(await inPerson({})('session delete -address http://127.0.0.1:1')).toMatchObject({ code: 1, stderr: expect.stringContaining('MINTMARK_SESSION') });
    });
  });

  describe('mintmark access-token', () => {
    test('create shows the token once; list, info and revoke follow it, by session and by password', async () => {
      const { id: organization } = await org();
      const who = await user('-org', `${organization}:Standard`);
      const bySession = inPerson({ MINTMARK_SESSION: await signedIn(who) });
      const byPassword = inPerson({ MINTMARK_USERNAME: who.username, MINTMARK_PASSWORD: who.password });
      const text = await output(bySession(['access-token', 'create', '-name', 'laptop', '-role', 'View Only', '-org', organization, '-network', '127.0.0.0/8']));
      const [id, token] = [lineValue(text, 'ID'), lineValue(text, 'Token')];
      fixture().secrets.add(token);
      expect(['Name', 'Status', 'Expiry', 'Role', 'Organizations', 'Created By'].map((key) => lineValue(text, key))).toEqual(['laptop', 'ACTIVE', 'Never', 'View Only', organization, who.username]);
      const dynamic = JSON.parse(await output(byPassword(['access-token', 'create', '-json', '-name', 'ci', '-role', 'Standard', '-dynamic', '-expiry', '2100-01-01', '-idle-expiry', '86400']))) as { id: string; token: string };
      fixture().secrets.add(dynamic.token);
      expect(dynamic).toMatchObject({ dynamicAccess: true, idleExpirySeconds: 86_400, expiry: expect.stringMatching(/^2100-01-01T/) });
      const list = await output(byPassword('access-token list'));
      expect(list).toMatch(/^ID +Name +Status +Expiry +Role +Organizations +Created By\n/);
      expect(list).toContain(`dynamic: ${organization}`);
      expect(list).not.toContain(token);
      const info = await output(bySession(['access-token', 'info', id]));
      expect([lineValue(info, 'Status'), info.includes('Token ')]).toEqual(['ACTIVE', false]);
      expect(lineValue(await output(bySession(['access-token', 'revoke', id])), 'Status')).toBe('REVOKED (by hand)');
    });

    test('without somebody to act as, and with flags that contradict each other, nothing is sent', async () => {
      const nobody = inPerson({ MINTMARK_TOKEN: 'canary-token-of-the-shell' });
      expect(await nobody('access-token list -address http://127.0.0.1:1')).toMatchObject({ code: 1, stderr: expect.stringContaining('MINTMARK_SESSION') });
      const somebody = inPerson({ MINTMARK_SESSION: 'x' });
      for (const flags of ['', '-dynamic -org x']) {
        expect(await somebody(`access-token create -name x -role Standard ${flags} -address http://127.0.0.1:1`)).toMatchObject({ code: 1, stderr: 'give -dynamic, or at least one -org\n' });
      }
      const { code, stderr } = await somebody('access-token list');
      expect([code, stderr]).toEqual([1, expect.stringMatching(/401 .*\nSign in anew: see `mintmark session create`\n$/)]);
    });
  });
}
