import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { freePort } from '../harness/ports.ts';
import { startProcess } from '../harness/process.ts';
import { ROOT } from '../harness/programs.ts';
import { output, run } from './cli/run.ts';
import { useCluster } from './support/fixture.ts';

const execute = promisify(execFile);

/** The Node.js of the project, and the machine's own where it is another one. */
const NODES = [...new Set([process.execPath, '/usr/bin/node'])].filter((path) => existsSync(path));

/** Packs the command line with `npm pack` and installs the tarball into an empty folder with `npm install -g`; gives that folder. */
async function installed(folder: string): Promise<string> {
  await execute('npm', ['pack', '--pack-destination', folder], { cwd: join(ROOT, 'packages', 'cli') });
  const [tarball = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  const clean = join(folder, 'clean');
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund'];
  await execute('npm', ['install', '-g', '--prefix', clean, ...quiet, join(folder, tarball)], { cwd: folder });
  return clean;
}

describe('the packed command line, installed into a clean folder', () => {
  const stack = new AsyncDisposableStack();
  const fixture = useCluster('embedded');
  let folder = '';
  let clean = '';
  beforeAll(async () => {
    folder = stack.use(await temporaryFolder('packed')).path;
    clean = await installed(folder);
  }, 120_000);
  afterAll(() => stack.disposeAsync());

  test('holds no TypeScript, which Node.js would not run from there', async () => {
    const files = await readdir(join(clean, 'lib', 'node_modules', '@mintmark', 'cli', 'dist'), { recursive: true });
    expect(files).toContain('mintmark.js');
    expect(files.filter((name) => name.endsWith('.ts'))).toEqual([]);
  });

  test('loads the command-line library and nothing else before it knows the command, so that it starts fast', async () => {
    const dist = join(clean, 'lib', 'node_modules', '@mintmark', 'cli', 'dist');
    const packages = new Set<string>();
    const files = ['mintmark.js'];
    for (const name of files) {
      const code = await readFile(join(dist, name), 'utf8');
      for (const [, id = ''] of code.matchAll(/^import (?:[^"]* from )?"([^"]+)";$/gm)) {
        if (id.startsWith('./') && !files.includes(id.slice(2))) files.push(id.slice(2));
        else if (!id.startsWith('./')) packages.add(id);
      }
    }
    expect([...packages].filter((id) => !id.startsWith('node:'))).toEqual(['commander']);
    for (const slow of ['node:http', 'node:https', 'node:crypto']) expect(packages).not.toContain(slow);
  });

  describe.each(NODES)('run by %s', (node) => {
    const program = () => ({ command: node, args: [join(clean, 'bin', 'mintmark')] });

    test('tells its version', async () => {
      expect(await output(run('--version', { program: program() }))).toMatch(/^\d+\.\d+\.\d+\n$/);
    });

    test('lists the tokens of a running region', async () => {
      const env = { MINTMARK_ADDR: fixture().us.region.http, MINTMARK_TOKEN: fixture().us.secret ?? '' };
      expect(await output(run('acl token list', { program: program(), env }))).toMatch(/^Name .*\nBootstrap Token {2}management {2}true /);
    });

    test('checks policies, those in Nomad HCL too, and compares them', async () => {
      const input = 'namespace "default" {\n  capabilities = ["list-jobs"]\n}\n';
      expect(await output(run('policy fmt -import -', { program: program(), input }))).toBe('on namespace::/default {\n  { permit list-jobs }\n}\n');
      const env = { MINTMARK_ADDR: fixture().us.region.http, MINTMARK_TOKEN: fixture().us.secret ?? '' };
      await output(run('acl policy apply packed -', { program: program(), env, input }));
      expect(await run('policy diff packed -', { program: program(), env, input: '' })).toMatchObject({ code: 1, stdout: expect.stringContaining('-  { permit list-jobs }') });
    });

    test.each(['issuer', 'validator', 'replicator'])('loads the %s with all that it needs, or says which Node.js that needs', async (service) => {
      const { code, stderr } = await run(`server ${service}`, { program: program() });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^mintmark: (the configuration has \d+ faults\n {2}MINTMARK_REGION: is missing|`mintmark server \w+` needs Node.js 24 or newer)/);
    });

    test('runs regions where the Node.js is new enough, else says which it needs', async () => {
      const { stdout: version } = await execute(node, ['--version']);
      const port = await freePort();
      const args = ['dev', '--data', join(folder, `data-${version.trim()}`), '--regions', 'here', '--port', String(port)];
      if (Number(/^v(\d+)/.exec(version)?.[1]) < 24) {
        expect(await run(args, { program: program() })).toMatchObject({ code: 1, stderr: expect.stringContaining('`mintmark dev` needs Node.js 24 or newer') });
        return;
      }
      const { command, args: before } = program();
      const running = await startProcess({ command, args: [...before, ...args] });
      await eventually(async () => (await request(`http://127.0.0.1:${port}/readyz`)).statusCode === 200, { within: 20_000, what: 'the region is ready' });
      await running.signal('SIGTERM');
      expect(await running.ended).toBe(0);
    });
  });
});
