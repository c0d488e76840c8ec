import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { output, type Run, run } from '../cli/run.ts';
import { person } from '../people/people.ts';
import type { Fixture } from '../support/fixture.ts';
import { startPipelineProgram } from './pipeline-program.ts';
import { drop, LINUX, policy } from './support.ts';

const CAP = 'job::/sandbox/boss::mycaptoken';

/** The tutorial (seed page 000) by the command line, with `mintmark` in place of `apc`. */
export function tutorialSuite(fixture: () => Fixture): void {
  test('AC-01 AC-21 AC-25 AC-26 AC-28 AC-31 the tutorial runs from end to end: a job makes another one', async () => {
    const { us, secrets } = fixture();
    await using stack = new AsyncDisposableStack();
    const home = await mkdtemp(join(tmpdir(), 'mm-apc-'));
    stack.defer(() => rm(home, { recursive: true, force: true }));
    const boss = await person(fixture()).user({ username: 'boss' });
    const role = (name: string): string => ['job', 'package', 'service', 'policy', 'policydoc'].map((type) => `${type}::/ { if (auth_server@apcera.me->name == "${name}") { role admin } }`).join('\n');
    await policy(us, role('boss'));
    const apc = (args: string, input = '') => run(args, { input, env: { APC_HOME: home } });
    expect(await apc(`target ${us.region.http}`)).toMatchObject({ code: 0, stdout: `Targeted [${us.region.http}]\n` });
    expect(await output(apc('login --username boss', boss.password))).toContain('Success!\nWorking in "/sandbox/boss"');
    const saved = async (): Promise<string> => {
      const text = await readFile(join(home, '.apc'), 'utf8');
      for (const [, token] of text.matchAll(/Bearer ([^"]+)/g)) secrets.add(token ?? '');
      return text;
    };
    expect(JSON.parse(await saved())).toEqual({ target: us.region.http, tokens: { [us.region.http]: expect.stringMatching(/^Bearer eyJ/) as string } });
    expect(await output(apc('capsule create mycaptoken -i linux -ae'))).toContain(`Capsule "${CAP}" created`);
    await documents(apc, home);
    expect(await apc('capsule connect mycaptoken')).toMatchObject({ code: 1, stderr: expect.stringContaining('there is nothing to connect to') as string });
    const file = join(home, 'credential');
    expect(await output(apc(`service bind /apcera::http --job mycaptoken --credential-file ${file}`))).toContain('mintmark pipeline');
    const credential = (await readFile(file, 'utf8')).trim();
    secrets.add(credential);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const list = (await output(apc('job list'))).trimEnd().split('\n');
    expect(list.slice(0, 2)).toEqual(['Working in "/sandbox/boss"', expect.stringMatching(/^│ Name +│ Type │ Namespace +│ Status +│ Instances │$/) as string]);
    expect(list.slice(2).map((line) => line.replace(/\/http\/[0-9a-f]{8}/, '/http/*').split('│').map((cell) => cell.trim()).filter(Boolean))).toEqual([
      ['mycaptoken', 'job', '/sandbox/boss', 'started', '1/1'],
      ['mycaptoken/http/*', 'job', '/sandbox/boss', 'started', '1/1'],
    ]);

    const inside = await startPipelineProgram(stack, { job: CAP, target: us.region.http, credential: file });
    const job = (args: string) => run(args, { env: { APC_HOME: home } });
    expect((await job(`target ${inside}`)).stdout).toContain(`Targeted [${inside}]`);
    const early = await job('login --app-auth');
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining(`missing claim "permit issue" on "${CAP}"`) as string]);
    await policy(us, `on ${CAP} {\n { permit issue }\n { tokenTimeout "3600s" }\n}`);
    expect(await output(job('login --app-auth'))).toContain('Success!\nWorking in "/sandbox/boss"');
    expect(JSON.parse(await saved())).toMatchObject({ target: inside, tokens: { [inside]: expect.stringMatching(/^Bearer eyJ/) as string } });
    const onlyJobs = await policy(us, `job::/ { if (auth_server@apcera.me->name == "${CAP}") { role admin } }`);
    const refused = await job('capsule create mycap2 -i linux -ae');
    expect(refused.stderr).toContain(`Error: Not allowed to read "${LINUX}" by policy: missing claim "permit read" on "${LINUX}"`);
    await drop(us, onlyJobs);
    await policy(us, role(CAP));
    expect(await output(job('capsule create mycap2 -i linux -ae'))).toContain('Capsule "job::/sandbox/boss::mycap2" created');
    expect((await us.send('GET', '/v1/jobs', { query: { fqn: 'job::/sandbox/boss::mycap2' } })).text).toContain(`"created_by":"${CAP}"`);
  }, 60_000);

  test('AC-25 AC-27 a folder that cannot be changed is named, and app tokens do not work over HTTPS', async () => {
    const away = await run('target http://127.0.0.1:1', { env: { APC_HOME: '/proc/nowhere' } });
    expect([away.code, away.stderr]).toEqual([1, expect.stringContaining('set APC_HOME to a folder that can be changed') as string]);
    const home = await mkdtemp(join(tmpdir(), 'mm-apc-'));
    const env = { APC_HOME: home };
    await output(run('target https://127.0.0.1:1', { env }));
    const login = await run('login --app-auth', { env });
    expect([login.code, login.stderr]).toEqual([1, expect.stringContaining('do not work over HTTPS') as string]);
    expect(JSON.parse(await readFile(join(home, '.apc'), 'utf8'))).toEqual({ target: 'https://127.0.0.1:1', tokens: {} });
    await rm(home, { recursive: true, force: true });
  });
}

/** The documents at the target, by the command line of somebody whom policy lets edit those about jobs. */
async function documents(apc: (args: string) => Promise<Run>, folder: string): Promise<void> {
  const file = join(folder, 'readers.pol');
  const text = 'job::/readers { { permit read } }';
  await writeFile(file, text);
  expect(await output(apc(`policy import ${file} --batch`))).toBe('Saved "readers"\n');
  expect(await output(apc('policy show readers'))).toBe(`${text}\n`);
  expect((await output(apc('policy list'))).split('\n')).toContain('readers');
  await writeFile(file, 'job::/readers {');
  expect(await apc(`policy import ${file}`)).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Error: .*line 1/) as string });
  expect(await output(apc('policy delete readers'))).toBe('Deleted "readers"\n');
  expect(await apc('policy show readers')).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no policy document') as string });
}
