import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../harness/folder.ts';
import { output, run } from './run.ts';

const UNTIDY = '// readers\njob::/sandbox{ { permit read,update } }\n';
const TIDY = '// readers\non job::/sandbox {\n  { permit read, update }\n}\n';
const BROKEN = 'job::/a {\n  { permit read }\n';

/** `mintmark policy fmt` and `check`, which need no region. */
export function policyFilesSuite(): void {
  describe('mintmark policy', () => {
    const stack = new AsyncDisposableStack();
    let folder = '';
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    beforeAll(async () => {
      folder = stack.use(await temporaryFolder('policy-files')).path;
    });
    afterAll(() => stack.disposeAsync());

    test('fmt prints a file in canonical form, comments included, and leaves it alone', async () => {
      const path = await file('a.pol', UNTIDY);
      expect(await output(run(['policy', 'fmt', path]))).toBe(TIDY);
      expect(await readFile(path, 'utf8')).toBe(UNTIDY);
      expect(await output(run('policy fmt -', { input: UNTIDY }))).toBe(TIDY);
    });

    test('fmt -w writes the file instead', async () => {
      const path = await file('b.pol', UNTIDY);
      expect(await output(run(['policy', 'fmt', '-w', path]))).toBe('');
      expect(await readFile(path, 'utf8')).toBe(TIDY);
    });

    test('fmt -check names the files that differ, with exit code 1', async () => {
      const [tidy, untidy] = [await file('tidy.pol', TIDY), await file('untidy.pol', UNTIDY)];
      expect(await run(['policy', 'fmt', '-check', tidy, untidy])).toEqual({ code: 1, stdout: `${untidy}\n`, stderr: '' });
      expect(await output(run(['policy', 'fmt', '-check', tidy]))).toBe('');
    });

    test('fmt of a broken file says where, prints nothing and writes nothing', async () => {
      const path = await file('broken.pol', BROKEN);
      const { code, stdout, stderr } = await run(['policy', 'fmt', '-w', path]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(new RegExp(`^${path}:\\d+:\\d+: error: .*missing "}"\n$`));
      expect(await readFile(path, 'utf8')).toBe(BROKEN);
    });

    test("fmt -import prints rules in Nomad HCL in Mintmark's language; without it they are refused with that hint", async () => {
      const input = 'namespace "default" {\n  capabilities = ["list-jobs"]\n}\n';
      expect(await output(run('policy fmt -import -', { input }))).toBe('on namespace::/default {\n  { permit list-jobs }\n}\n');
      expect((await run('policy fmt -', { input })).stderr).toMatch(/^stdin:1:\d+: error: .*\nThese are rules in Nomad's language: -import prints them in Mintmark's\n$/);
      expect(await output(run('policy check -', { input }))).toBe('');
    });

    test('check prints nothing for a good file, with exit code 0', async () => {
      expect(await output(run(['policy', 'check', await file('good.pol', UNTIDY)]))).toBe('');
    });

    test('check prints file, line, column, severity and message of each fault, with exit code 1', async () => {
      const path = await file('faulty.pol', 'job::/a {\n  { permit }\n}\n');
      expect(await run(['policy', 'check', await file('fine.pol', TIDY), path])).toEqual({ code: 1, stdout: expect.stringMatching(new RegExp(`^${path}:2:\\d+: error: `)), stderr: '' });
    });

    test('check of standard input that only draws warnings has exit code 0', async () => {
      const { code, stdout } = await run('policy check -', { input: 'job::/a {\n  if (>name == ann) { permit read }\n}\n' });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^stdin:2:7: warning: /);
    });

    test('test decides by files alone, names the file and line, and ends with 0 or 2', async () => {
      const path = await file('test.pol', UNTIDY);
      expect(await output(run(['policy', 'test', 'read', 'job::/sandbox::x', path]))).toBe(`Allowed by ${path}:2: permit read\n`);
      expect(await run(['policy', 'test', 'delete', 'job::/sandbox::x', path])).toEqual({
        code: 2,
        stdout: 'Denied: Not allowed to delete "job::/sandbox::x" by policy: missing claim "permit delete" on "job::/sandbox::x"\nMissing: permit delete on job::/sandbox::x\n',
        stderr: '',
      });
    });

    test('test takes claims, and the system documents with -system', async () => {
      const path = await file('admins.pol', 'job::/x {\n  if (auth_server@apcera.me->name == ann) { role admin }\n}\n');
      const ann = ['-claim', 'auth_server@apcera.me->name=ann'];
      const asked = ['delete', 'job::/x::y', path];
      expect((await run(['policy', 'test', ...ann, ...asked])).code).toBe(2);
      expect((await run(['policy', 'test', '-system', ...asked])).code).toBe(2);
      expect(await output(run(['policy', 'test', '-system', ...ann, ...asked]))).toMatch(new RegExp(`^Allowed by clusterPermissions:\\d+: permit delete\nBecause rolePermissions:\\d+: permit all\nBecause ${path}:2: role admin\n$`));
    });

    test('test takes the context of the request', async () => {
      const input = 'job::/tom { if (service fqnMatch "service::/tom") { permit bind } }';
      expect((await run('policy test -context service=service::/tom::db bind job::/tom::x -', { input })).code).toBe(0);
      expect((await run('policy test bind job::/tom::x -', { input })).code).toBe(2);
    });

    test('test of a broken file, and a claim of another form, are errors with exit code 1', async () => {
      expect(await run('policy test read job::/a -', { input: BROKEN })).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^stdin:\d+:\d+: error: /) });
      expect(await run('policy test -claim ann read job::/a -')).toEqual({ code: 1, stdout: '', stderr: '-claim must be issuer->type=value, not "ann"\n' });
    });

    test('check of a file that is not there says so', async () => {
      expect(await run('policy check /nowhere/x.pol')).toEqual({ code: 1, stdout: '', stderr: 'the policy: /nowhere/x.pol cannot be read (there is no such file)\n' });
    });
  });
}
