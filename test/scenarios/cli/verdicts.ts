import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
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
