import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { mintmark as mintmarkProgram } from '../../harness/programs.ts';
import { freePort, releasePort } from '../../harness/ports.ts';
import type { Fixture } from '../support/fixture.ts';
import { caller, output, run } from './run.ts';

/** What the command line says when something is wrong: the cause, then the next step, on standard error, with exit code 1. */
export function failureSuite(fixture: () => Fixture): void {
  describe('failures', () => {
    const mintmark = caller(fixture);
    const address = () => fixture().us.region.http;

    test('no token: 403, and how to give one', async () => {
      expect(await run('acl token list', { env: { MINTMARK_ADDR: address() } })).toEqual({
        code: 1,
        stdout: '',
        stderr: 'Error listing tokens: Unexpected response code: 403 (Permission denied)\nNo token was given: set MINTMARK_TOKEN, or use -token\n',
      });
    });

    test('self without a token is refused before anything is sent', async () => {
      const { code, stderr } = await run('acl token self', { env: { MINTMARK_ADDR: 'http://127.0.0.1:1' } });
      expect({ code, stderr }).toEqual({ code: 1, stderr: 'No token present in the environment or set via the CLI flag\nSet MINTMARK_TOKEN, or use -token\n' });
    });

    test('an unknown token: 403, what it can mean, and never the token', async () => {
      const secret = randomUUID();
      const { code, stderr } = await mintmark('acl token list', { env: { MINTMARK_TOKEN: secret } });
      expect(code).toBe(1);
      expect(stderr).toContain('Unexpected response code: 403 (Permission denied)\nThe token is unknown at http');
      expect(stderr).not.toContain(secret);
    });

    test('an expired token is told apart at self', async () => {
      const { SecretID } = await fixture().us.mint({ AccessorID: randomUUID(), SecretID: randomUUID(), CreateTime: '2020-01-01T00:00:00Z', ExpirationTTL: '1h' });
      const { code, stderr } = await mintmark(`acl token self -token ${SecretID}`);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: 'Error fetching self token: Unexpected response code: 403 (ACL token expired)\nThe token has expired: ask for a new one, and set MINTMARK_TOKEN\n',
      });
    });

    test('an address where nothing listens', async () => {
      const port = await freePort();
      const { code, stderr } = await mintmark(`acl token list -address http://127.0.0.1:${port}`);
      releasePort(port);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `Error listing tokens: http://127.0.0.1:${port} cannot be reached (nothing listens there)\nIs the region up? Check http://127.0.0.1:${port}/readyz, and MINTMARK_ADDR or -address\n`,
      });
    });

    test('https at a port that speaks http', async () => {
      const { code, stderr } = await mintmark(`acl token list -address ${address().replace('http:', 'https:')}`);
      expect(code).toBe(1);
      expect(stderr).toMatch(/cannot be reached \(it does not speak TLS\)\nDoes the region speak https there\?/);
    });

    test('an address that is none', async () => {
      const { code, stderr } = await mintmark('acl token list -address 127.0.0.1');
      expect({ code, stderr }).toEqual({ code: 1, stderr: '-address must be a URL that starts with http:// or https://, without user, password, query or fragment\n' });
    });

    test('a region that does not exist', async () => {
      const { code, stderr } = await mintmark('acl token list -region nowhere');
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `Error listing tokens: Unexpected response code: 400 (No path to region)\nCheck -region or MINTMARK_REGION; the regions are at ${address()}/v1/regions\n`,
      });
    });

    test('a token that does not exist', async () => {
      const { code, stderr } = await mintmark(`acl token info ${randomUUID()}`);
      expect({ code, stderr }).toEqual({ code: 1, stderr: 'Error fetching token: Unexpected response code: 404 (ACL token not found)\nThere is none of that name or id: see the list command\n' });
    });

    test.each([
      ['acl token info', 'This command takes one argument: <token_accessor_id>', 'acl token info'],
      ['acl token info a b', 'This command takes one argument: <token_accessor_id>', 'acl token info'],
      ['acl token list x', 'This command takes no arguments', 'acl token list'],
      ['acl bootstrap a b', 'This command takes up to one argument', 'acl bootstrap'],
      ['acl policy apply x', 'This command takes two arguments: <name> <path>', 'acl policy apply'],
      ['acl role update', 'This command takes one argument: <acl_role_id>', 'acl role update'],
      ['acl token list -nope', "unknown option '--nope'", 'acl token list'],
      ['acl token create -name', "option '--name <text>' argument missing", 'acl token create'],
    ])('%s is a usage error that names the help', async (args, text, help) => {
      expect(await mintmark(args)).toEqual({ code: 1, stdout: '', stderr: `${text}\nFor additional help try 'mintmark ${help} -help'\n` });
    });

    test('a misspelt -token flag does not print the secret after it', async () => {
      const { code, stderr } = await mintmark('acl token list -tokne=5ecre7-5ecre7');
      expect(code).toBe(1);
      expect(stderr).not.toContain('5ecre7');
    });

    test('-t is refused with what to use instead, and together with -json as Nomad does', async () => {
      const alone = await mintmark(['acl', 'token', 'list', '-t', '{{.Name}}']);
      expect(alone).toEqual({ code: 1, stdout: '', stderr: '-t: Go templates are not supported; use -json, and jq or the like to pick from it\n' });
      expect((await mintmark('acl token list -json -t x')).stderr).toBe('Both json and template formatting are not allowed\n');
    });

    test('a reader that has seen enough is no failure', async () => {
      const long = JSON.stringify(Array.from({ length: 20_000 }, (_, n) => ({ AccessorID: String(n), Name: 'x'.repeat(50), Type: 'client', Global: false, ExpirationTime: null })));
      const server = createServer((_request, response) => response.end(long)).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      const { command, args } = mintmarkProgram();
      const { code, stdout, stderr } = await run(['-c', '"$0" "$@" | head -1; exit "${PIPESTATUS[0]}"', command, ...args, 'acl', 'token', 'list', '-address', `http://127.0.0.1:${port}`], {
        program: { command: 'bash', args: [] },
      });
      server.close();
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^Name /);
    });

    test('a server that is no region', async () => {
      const server = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      const { code, stderr } = await mintmark(`acl token list -address http://127.0.0.1:${port}`);
      server.close();
      expect(code).toBe(1);
      expect(stderr).toContain('Error listing tokens: the answer is not that of a region: it is not JSON\n');
    });

    test('a server that echoes the token does not get it onto the screen', async () => {
      const server = createServer((request, response) => response.writeHead(400).end(`bad token ${String(request.headers['x-nomad-token'])}`)).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      const { stderr } = await mintmark(`acl token list -address http://127.0.0.1:${port}`);
      server.close();
      expect(stderr).toContain('(bad token [secret])');
    });
  });

  describe('environment', () => {
    const env = () => ({ NOMAD_ADDR: fixture().us.region.http, NOMAD_TOKEN: fixture().us.secret ?? '' });

    test('the variables of Nomad count where those of Mintmark are not set', async () => {
      expect(await output(run('acl token list', { env: env() }))).toContain('Bootstrap Token');
    });

    test('the variables of Mintmark go before those of Nomad, and flags before both', async () => {
      const wrong = { ...env(), MINTMARK_ADDR: 'http://127.0.0.1:1' };
      expect((await run('acl token list', { env: wrong })).stderr).toContain('http://127.0.0.1:1 cannot be reached');
      expect((await run(['acl', 'token', 'list', '-address', env().NOMAD_ADDR], { env: wrong })).code).toBe(0);
    });

    test('a faulty variable is named with the accepted form, a secret one without its value', async () => {
      const { code, stderr } = await run('acl token list', { env: { MINTMARK_ADDR: 'localhost', MINTMARK_TOKEN: 'two words', MINTMARK_SKIP_VERIFY: 'perhaps' } });
      expect(code).toBe(1);
      expect(stderr).toMatch(/MINTMARK_ADDR: must be a URL .*\n.*MINTMARK_TOKEN: must be the SecretID of a token.*\n.*MINTMARK_SKIP_VERIFY: must be true or false/);
      expect(stderr).not.toContain('two words');
    });

    test('the variables of a server in the same shell do no harm', async () => {
      expect((await run('acl token list', { env: { ...env(), MINTMARK_REDIS_URL: 'x', MINTMARK_LOG_LEVEL: 'loud' } })).code).toBe(0);
    });
  });
}
