import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isAllowed, newAccount } from '../oauth/client.ts';
import { password43, person } from '../people/people.ts';
import { named } from '../support/acl.ts';
import { UUID } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { until } from '../support/until.ts';
import { caller, lineValue, output, type Run, run } from './run.ts';

interface Made {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly clientId: string;
  readonly secret: string;
}

interface ClientJson {
  readonly [member: string]: unknown;
}

/** `mintmark client`: what administrators and clients do at the command line. */
export function clientSuite(fixture: () => Fixture): void {
  const mintmark = caller(fixture);
  const client = async (...flags: readonly string[]): Promise<Made> => {
    const [name, { alias: account }] = [named('c'), await newAccount(fixture())];
    const text = await output(mintmark(['client', 'create', '-name', name, '-account', account, '-role', 'Account Owner', ...flags]));
    const secret = lineValue(text, 'Client Secret');
    fixture().secrets.add(secret);
    return { id: lineValue(text, 'ID'), name, account, clientId: `${name}@${account}`, secret };
  };
  const json = async (...args: readonly string[]): Promise<ClientJson> => JSON.parse(await output(mintmark(['client', ...args, '-json']))) as ClientJson;
  /** As somebody who has no token. */
  const as = (env: Readonly<Record<string, string>>) => (args: string | readonly string[], input = ''): Promise<Run> =>
    run(args, { input, env: { MINTMARK_ADDR: fixture().us.region.http, ...env } });
  const asClient = ({ clientId, secret }: Pick<Made, 'clientId' | 'secret'>) => as({ MINTMARK_CLIENT_ID: clientId, MINTMARK_CLIENT_SECRET: secret });
  const token = async (made: Pick<Made, 'clientId' | 'secret'>, ...flags: readonly string[]): Promise<string> => {
    const value = lineValue(await output(asClient(made)(['client', 'token', ...flags])), 'Access Token');
    fixture().secrets.add(value);
    return value;
  };
  const refused = (text: string): Promise<unknown> => until('the token is refused', async () => !(await isAllowed(fixture().us, text)));

  describe('mintmark client', () => {
    test('create prints the block of the new client and its secret; info, by ID, name@account and name, does not show it again', async () => {
      const made = await client('-description', 'reads dashboards', '-expiration', '7m', '-role', 'DB Monitoring User');
      expect([made.id, made.secret]).toEqual([expect.stringMatching(UUID), expect.stringMatching(UUID)]);
      const text = await output(mintmark(['client', 'info', made.clientId]));
      expect(text).toMatch(
        new RegExp(
          `^ID              = ${made.id}\nClient ID       = ${made.clientId}\nName            = ${made.name}\nAccount         = ${made.account}\nDescription     = reads dashboards\nExpiration      = 420s\n` +
            'Roles           = Account Owner,DB Monitoring User\nEnabled         = true\nDPoP            = false\nSecrets         = .* UTC\nKeys            = <none>\n' +
            'Temporary Token = <none>\nNot Before      = <none>\nCreate Time     = .* UTC\nCreate Index    = \\d+\nModify Index    = \\d+\n$',
        ),
      );
      for (const which of [made.id, made.name]) expect(await output(mintmark(['client', 'info', which]))).toBe(text);
      expect(await output(mintmark(['client', 'list', '-account', made.account]))).toMatch(
        new RegExp(`^ID +Name +Account +Enabled +Expiration +Roles\n${made.id} +${made.name} +${made.account} +true +420s +Account Owner,DB Monitoring User\n$`),
      );
      expect(await mintmark(['client', 'info', `nobody@${made.account}`])).toEqual({ code: 1, stdout: '', stderr: `there is no API client nobody@${made.account}\n` });
    });

    test('token gets one by the environment or by a file, limited to roles where those are named, and it counts', async () => {
      const made = await client('-role', 'DB Monitoring User');
      expect(await isAllowed(fixture().us, await token(made))).toBe(true);
      const limited = JSON.parse(await output(as({})(['client', 'token', '-json', '-client-id', made.clientId, '-secret-file', '-', '-role', 'DB Monitoring User'], `${made.secret}\n`))) as ClientJson;
      fixture().secrets.add(String(limited.access_token));
      expect(limited).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 300, scope: 'DB%20Monitoring%20User' });
    });

    test('token tells a wrong secret and a wrong role in words, and what is missing before anything is sent', async () => {
      const made = await client();
      const wrong = await asClient({ ...made, secret: crypto.randomUUID() })('client token');
      expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^Error getting token: Unexpected response code: 401 \(.+\)\nCheck the client ID \(name@account\) and the secret; is the client enabled\?\n$/) });
      expect(await asClient(made)(['client', 'token', '-role', 'Nobody'])).toMatchObject({ code: 1, stderr: expect.stringContaining('400') });
      expect(await as({})('client token -address http://127.0.0.1:1')).toMatchObject({ code: 1, stderr: expect.stringContaining('MINTMARK_CLIENT_ID') });
      expect(await as({ MINTMARK_CLIENT_ID: 'x' })('client token -address http://127.0.0.1:1')).toMatchObject({ code: 1, stderr: expect.stringContaining('MINTMARK_CLIENT_SECRET') });
    });

    test('no flag takes a secret', async () => {
      const { code, stderr } = await mintmark(['client', 'token', '-client-secret=canary-in-argv']);
      expect([code, stderr]).toEqual([1, expect.not.stringContaining('canary')]);
    });

    test('update, disable, enable, roles and keys change what they name and keep the rest', async () => {
      const made = await client('-description', 'kept');
      expect(await json('update', made.clientId, '-expiration', '3h', '-dpop', 'true')).toMatchObject({ defaultExpirationSeconds: 10_800, dpop: true, description: 'kept', roles: ['Account Owner'] });
      expect(await json('update', made.id, '-role', 'DB Monitoring User', '-dpop=false')).toMatchObject({ roles: ['DB Monitoring User'], dpop: false });
      expect(await json('update', made.id, '-no-roles')).toMatchObject({ roles: [], description: 'kept' });
      const { kty, crv, x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
      const keys = JSON.stringify({ keys: [{ kty, crv, x, kid: 'one' }] });
      expect(await output(mintmark(['client', 'update', made.id, '-jwks-file', '-'], { input: keys }))).toContain('\nKeys            = 1\n');
      expect(await json('update', made.id, '-no-jwks')).toMatchObject({ jwks: null });
      const before = await token(made);
      expect(await json('disable', made.name)).toMatchObject({ enabled: false });
      await refused(before);
      expect((await asClient(made)('client token')).code).toBe(1);
      expect(await json('enable', made.name)).toMatchObject({ enabled: true, name: made.name });
      const name = named('renamed');
      expect(await json('update', made.id, '-name', name)).toMatchObject({ id: made.id, name });
      expect(await output(mintmark(['client', 'delete', `${name}@${made.account}`]))).toBe(`API client ${name}@${made.account} successfully deleted\n`);
      expect((await mintmark(['client', 'info', made.id])).stderr).toContain('Error reading API client: Unexpected response code: 404');
    });

    test('secret add keeps the one before, remove ends it, and -revoke-others ends all others at once', async () => {
      const made = await client();
      const works = async (secret: string): Promise<boolean> => (await asClient({ ...made, secret })('client token -json')).code === 0;
      const add = async (...flags: readonly string[]): Promise<string> => {
        const secret = lineValue(await output(mintmark(['client', 'secret', 'add', made.clientId, ...flags])), 'Client Secret');
        fixture().secrets.add(secret);
        return secret;
      };
      const second = await add();
      expect([await works(made.secret), await works(second)]).toEqual([true, true]);
      const left = await output(mintmark(['client', 'secret', 'remove', made.clientId]));
      expect(left).not.toContain('Client Secret');
      expect([await works(made.secret), await works(second)]).toEqual([false, true]);
      expect(await mintmark(['client', 'secret', 'remove', made.clientId])).toMatchObject({ code: 1, stderr: expect.stringContaining('404 (the API client has no secret beside its newest one)') });
      const third = await add('-revoke-others');
      expect([await works(second), await works(third)]).toEqual([false, true]);
    });

    test('temporary tokens are generated, regenerated and revoked', async () => {
      const made = await client();
      const first = await json('temporary-token', 'generate', made.clientId);
      const other = await json('temporary-token', 'regenerate', made.clientId, '-expiration', '12h');
      const [one, two] = [String(first.access_token), String(other.access_token)];
      fixture().secrets.add(one).add(two);
      expect([first.expires_in, other.expires_in, one === two]).toEqual([86_400, 43_200, false]);
      expect(await output(mintmark(['client', 'info', made.clientId]))).toMatch(/\nTemporary Token = until .* UTC\n/);
      expect(await output(mintmark(['client', 'temporary-token', 'revoke', made.clientId]))).toBe(`Temporary token of ${made.clientId} successfully revoked\n`);
      await refused(two);
      expect(await isAllowed(fixture().us, one)).toBe(true);
      const { code, stderr } = await mintmark(['client', 'temporary-token', 'generate', made.clientId, '-expiration', '31d']);
      expect([code, stderr]).toEqual([1, expect.stringContaining('expirationSeconds')]);
    });

    test('not-before ends the tokens of a client, and org not-before those of all clients of an account, but none that is issued afterwards', async () => {
      const made = await client();
      const first = await token(made);
      expect(await json('not-before', made.clientId)).toMatchObject({ notBefore: expect.stringMatching(/^20/) });
      await refused(first);
      const second = await token(made);
      expect(await isAllowed(fixture().us, second)).toBe(true);
      expect(lineValue(await output(mintmark(['org', 'not-before', made.account])), 'Not Before')).toMatch(/UTC$/);
      await refused(second);
      expect(await isAllowed(fixture().us, await token(made))).toBe(true);
      for (const [args, problem] of [[['org', 'not-before', made.account], 'must not lie ahead'], [['client', 'not-before', made.clientId], 'must not lie ahead']] as const) {
        expect(await mintmark([...args, '2999-01-01T00:00:00Z'])).toMatchObject({ code: 1, stderr: expect.stringContaining(problem) });
        expect(await mintmark([...args, 'soon'])).toMatchObject({ code: 1, stderr: expect.stringContaining('RFC 3339') });
      }
    });

    test('an Account Owner administrates the clients of the account by name and password', async () => {
      const f = fixture();
      const { id, alias } = await newAccount(f);
      const password = password43();
      f.secrets.add(password);
      const who = await person(f).user({ username: named('u'), password, organizations: [{ organization: id, role: 'Account Owner' }] });
      const owner = as({ MINTMARK_USERNAME: `${who.username}@${alias}`, MINTMARK_PASSWORD: who.password });
      const text = await output(owner(['client', 'create', '-name', 'mine', '-json']));
      f.secrets.add((JSON.parse(text) as { clientSecret: string }).clientSecret);
      expect(JSON.parse(text)).toMatchObject({ name: 'mine', account: alias });
      expect(await output(owner('client list'))).toContain(' mine ');
      const stranger = await client();
      expect(await owner(['client', 'info', stranger.id])).toMatchObject({ code: 1, stderr: expect.stringContaining('404 (there is no API client of this id)') });
    });

    test.each([
      ['create without a name', ['create', '-account', 'x'], '-name must be given\n'],
      ['update without a flag', ['update', crypto.randomUUID()], 'Please provide at least one flag to update the API client\n'],
      ['a time that is none', ['create', '-name', 'x', '-expiration', 'soon'], '-expiration must be a number of seconds, or one with a unit: 90s, 5m, 3h, 30d\n'],
      ['roles and none', ['update', 'x', '-role', 'y', '-no-roles'], '-role and -no-roles exclude each other\n'],
    ])('%s is refused before anything is sent', async (_, args, stderr) => {
      expect(await mintmark(['client', ...args, '-address', 'http://127.0.0.1:1'])).toEqual({ code: 1, stdout: '', stderr });
    });
  });
}
