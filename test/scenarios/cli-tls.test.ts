import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { createAuthority } from '@mintmark/kit/certificates';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { run } from './cli/run.ts';

/** A region behind https that asks each client for a certificate of the same authority. */
describe('the command line over https', () => {
  const stack = new AsyncDisposableStack();
  const files = { ca: '', cert: '', key: '', other: '' };
  let address = '';

  beforeAll(async () => {
    const authority = createAuthority('Test Authority');
    const { path } = stack.use(await temporaryFolder('tls'));
    const write = async (name: string, text: string): Promise<string> => {
      await writeFile(join(path, name), text);
      return join(path, name);
    };
    const client = authority.issue('client');
    files.ca = await write('ca.pem', authority.ca);
    files.other = await write('other.pem', createAuthority('Another Authority').ca);
    files.cert = await write('client.pem', client.cert);
    files.key = await write('client.key', client.key);
    const options = { ...authority.issue('localhost'), ca: authority.ca, requestCert: true, rejectUnauthorized: true };
    const server = createServer(options, (_request, response) => response.end('[]')).listen(0, '127.0.0.1');
    stack.defer(() => new Promise((resolve) => server.close(() => resolve())));
    await new Promise((resolve) => server.once('listening', resolve));
    address = `https://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => stack.disposeAsync());

  const client = () => ['-client-cert', files.cert, '-client-key', files.key];
  const list = (...flags: readonly string[]) => run(['acl', 'token', 'list', '-address', address, ...flags]);

  test('is served where the authority and the client certificate are given', async () => {
    expect(await list('-ca-cert', files.ca, ...client())).toEqual({ code: 0, stdout: 'No tokens found\n', stderr: '' });
  });

  test('takes the files from variables too', async () => {
    const env = { MINTMARK_ADDR: address, MINTMARK_CACERT: files.ca, NOMAD_CLIENT_CERT: files.cert, NOMAD_CLIENT_KEY: files.key };
    expect((await run('acl token list', { env })).code).toBe(0);
  });

  test('refuses a server of an unknown authority, and says which flag names one', async () => {
    const { code, stderr } = await list(...client());
    expect(code).toBe(1);
    expect(stderr).toBe(
      `Error listing tokens: ${address} cannot be reached (its certificate is of an unknown authority)\nGive the certificate authority with -ca-cert or MINTMARK_CACERT, and the name with -tls-server-name if it differs\n`,
    );
    expect((await list('-ca-cert', files.other, ...client())).code).toBe(1);
  });

  test('says which flags name a client certificate where the server wants one', async () => {
    const { code, stderr } = await list('-ca-cert', files.ca);
    expect(code).toBe(1);
    expect(stderr).toBe(`Error listing tokens: ${address} cannot be reached (it wants a client certificate)\nGive a certificate with -client-cert and its key with -client-key\n`);
  });

  test('refuses a certificate for another name, unless that is the name to expect', async () => {
    expect((await list('-ca-cert', files.ca, '-tls-server-name', 'elsewhere', ...client())).stderr).toContain('(its certificate is for another name)');
    expect((await list('-ca-cert', files.ca, '-tls-server-name', 'localhost', ...client())).code).toBe(0);
  });

  test('checks nothing with -tls-skip-verify', async () => {
    expect((await list('-tls-skip-verify', ...client())).code).toBe(0);
  });

  test('names a file that cannot be read, and the flag', async () => {
    expect(await list('-ca-cert', '/nowhere/ca.pem')).toEqual({ code: 1, stdout: '', stderr: '-ca-cert: /nowhere/ca.pem cannot be read (ENOENT)\n' });
  });
});
