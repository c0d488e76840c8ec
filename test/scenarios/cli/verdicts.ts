import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { beforeAll, describe, expect, test } from 'vitest';
import { named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { READ_JOBS } from './policies.ts';
import { caller, lineValue, output } from './run.ts';

/** `mintmark validate`: exit codes say the verdict. */
export function validateSuite(fixture: () => Fixture): void {
  describe('mintmark validate', () => {
    const mintmark = caller(fixture);

    test('of a good token says whose it is, with exit code 0', async () => {
      const token = await fixture().us.mint({ Policies: ['a', 'b'] });
      const text = await output(mintmark(`validate -token ${token.SecretID}`));
      expect(text).toMatch(/^Allowed\n\nSubject {5}= token:/);
      expect([lineValue(text, 'Subject'), lineValue(text, 'Name'), lineValue(text, 'Policies')]).toEqual([`token:${token.AccessorID}`, token.Name, '[a b]']);
      expect(text).not.toContain(token.SecretID);
    });

    test('of a credential on standard input judges that one', async () => {
      const token = await fixture().us.mint();
      const { code, stdout } = await mintmark('validate -json -', { input: `${token.SecretID}\n` });
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ verdict: 'allow', principal: { subject: `token:${token.AccessorID}` } });
    });

    test('of an unknown token says so on standard output, with exit code 2', async () => {
      expect(await mintmark('validate -', { input: randomUUID() })).toEqual({ code: 2, stdout: 'Denied: no such token, or it was revoked\n', stderr: '' });
    });

    test('of what is no token says so, with exit code 2', async () => {
      expect(await mintmark('validate -', { input: 'hello' })).toEqual({ code: 2, stdout: 'Denied: that is no token, or none was given\n', stderr: '' });
    });

    test('where no region answers is an error, with exit code 1', async () => {
      const { code, stderr } = await mintmark('validate -address http://127.0.0.1:1');
      expect(code).toBe(1);
      expect(stderr).toContain('Error asking for a verdict: http://127.0.0.1:1 cannot be reached');
    });
  });
}

/** `mintmark authorize`: exit codes say the verdict, the text why. */
export function authorizeSuite(fixture: () => Fixture): void {
  describe('mintmark authorize', () => {
    const mintmark = caller(fixture);
    const policy = named('readers');
    let secret = '';
    beforeAll(async () => {
      await output(mintmark(`acl policy apply ${policy} -`, { input: READ_JOBS }));
      secret = (await fixture().us.mint({ Policies: [policy] })).SecretID;
    });
    const asks = (args: string) => mintmark(`authorize -token ${secret} ${args}`);

    test('of what a policy permits names document, line and claim, with exit code 0', async () => {
      expect(await asks('read job::/sandbox::x')).toEqual({ code: 0, stdout: `Allowed by ${policy}:3: permit read\n`, stderr: '' });
    });

    test('of what no policy permits says which claim is missing, with exit code 2', async () => {
      expect(await asks('update job::/sandbox::x')).toEqual({
        code: 2,
        stdout: 'Denied: Not allowed to update "job::/sandbox::x" by policy: missing claim "permit update" on "job::/sandbox::x"\nMissing: permit update on job::/sandbox::x\n',
        stderr: '',
      });
    });

    test('for a management token is always allowed', async () => {
      expect(await output(mintmark('authorize delete job::/anything'))).toBe('Allowed: a management token may do everything\n');
    });

    test('with -json prints the whole answer', async () => {
      const { code, stdout } = await asks('-json update job::/sandbox::x');
      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({ verdict: 'deny', missing: ['permit update on job::/sandbox::x'] });
    });

    test('hands over the context', async () => {
      const name = named('binders');
      await output(mintmark(`acl policy apply ${name} -`, { input: 'job::/tom {\n  if (service fqnMatch "service::/tom") { permit bind }\n}\n' }));
      const { SecretID } = await fixture().us.mint({ Policies: [name] });
      expect((await mintmark(`authorize -token ${SecretID} -context service=service::/tom::db bind job::/tom::x`)).code).toBe(0);
      expect((await mintmark(`authorize -token ${SecretID} -context service=service::/ann::db bind job::/tom::x`)).code).toBe(2);
    });

    test('of what is no resource is an error, with exit code 1', async () => {
      const { code, stdout, stderr } = await asks('read job');
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^Error asking for a decision: Unexpected response code: 400 \(resource: "job" is not the name of a resource/);
    });

    test('of a region that cannot say is unknown, with exit code 3', async () => {
      const body = JSON.stringify({ verdict: 'unknown', reason: 'unavailable', freshness: '' });
      const server = createServer((_request, response) => response.writeHead(503).end(body)).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const result = await asks(`read job::/x -address http://127.0.0.1:${(server.address() as { port: number }).port}`);
      server.close();
      expect(result).toEqual({ code: 3, stdout: 'Unknown: the region cannot say now (unavailable); ask again, or another region\n', stderr: '' });
    });

    test('of an unknown token is denied, with exit code 2', async () => {
      expect(await mintmark(`authorize -token ${randomUUID()} read job::/x`)).toEqual({ code: 2, stdout: 'Denied: no such token, or it was revoked\n', stderr: '' });
    });

    test('without verb and resource is a usage error', async () => {
      expect((await mintmark('authorize read')).stderr).toBe("This command takes two arguments: <verb> <resource>\nFor additional help try 'mintmark authorize -help'\n");
    });
  });
}
