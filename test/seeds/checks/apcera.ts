import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { expect } from 'vitest';
import { startPipelineProgram } from '../../scenarios/workload/pipeline-program.ts';
import { expectLike, sampleOf } from '../like.ts';
import { commandOf, type Replacements, replaced, type Section, shownIn } from '../page.ts';
import { once, type PageChecks } from '../world.ts';

const CAP = 'job::/sandbox/admin::mycaptoken';
const REDIS = 'service::/sandbox/admin::my_generic_redis';

/** What the stored page lost of its commands, put back. */
const REPAIRS = {
  /** The last brace of the policy. */
  brace: '\n}',
  /** The address behind `curl`, of which the answer is shown. */
  services: '/v1/services',
  /** The file's name at the end of the address. */
  archive: 'apc.zip',
  /** Back-quotes: the page says that it is the output of the command. */
  pwd: [["'pwd'", '`pwd`']] as Replacements,
} as const;

/** App tokens: the tutorial. `apc` on the PATH is `mintmark`; in the capsule `./apc` is the one that was downloaded. */
export const apcera: PageChecks = (world) => {
  /** Where the administrator types. */
  const outside = once(async () => {
    const { admin, region, shell } = world();
    const password = randomBytes(16).toString('hex');
    await admin('POST', '/v1/users', { username: 'admin', password, organizations: [] });
    await admin('POST', '/v1/services', { fqn: REDIS, type: 'generic' });
    const opened = await shell('admin');
    expect((await opened.run(`apc target ${region}`)).code).toBe(0);
    expect((await opened.run('apc login --username admin', password)).code).toBe(0);
    return opened;
  });
  /** Where commands are typed in the capsule, and where its pipeline listens. */
  const capsule = once(async () => {
    const { shell, region, stack } = world();
    const credential = join((await outside()).folder, 'mycaptoken.credential');
    expect((await stat(credential)).mode & 0o777).toBe(0o600);
    return { shell: await shell('capsule'), pipeline: await startPipelineProgram(stack, { job: CAP, target: region, credential }) };
  });
  const adminUsers = once(() => world().admin<{ readonly text: string }>('GET', '/v1/policy/adminUsers'));

  async function savePolicy(name: string, text: string): Promise<void> {
    await world().admin('PUT', `/v1/policy/${name}`, { name, text });
  }
  /** Adds a rule to the realms of adminUsers that `where` picks. */
  async function addRule(rule: string, where: (realm: string) => boolean = () => true): Promise<void> {
    const { text } = await adminUsers();
    await savePolicy('adminUsers', text.replace(/^((?:on )?\w+::\/\S*)\s*\{/gm, (head, realm: string) => (where(realm) ? `${realm} {\n  ${rule}` : head)));
  }
  const typed = async ({ copied }: Section, replacements: Replacements = []) => (await outside()).run(replaced(commandOf(copied), replacements));
  const typedInside = async ({ copied }: Section, replacements: Replacements = []) => (await capsule()).shell.run(replaced(commandOf(copied), replacements));

  return {
    async '2. Policy that issues a token'({ copied }) {
      await expect(savePolicy('mycaptoken', copied.text)).rejects.toThrow(/: 400 .*line \d/);
      await savePolicy('mycaptoken', `${copied.text}${REPAIRS.brace}`);
    },
    async '3. Rule for adminUsers'({ copied }) {
      await addRule(copied.text);
    },
    async '4. Create a capsule'(section) {
      expect(await typed(section)).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`Capsule "${CAP}" created`) });
      const [job] = await world().admin<readonly { readonly bindings: object }[]>('GET', `/v1/jobs?fqn=${CAP}`);
      expect(JSON.stringify(job?.bindings)).toContain('service::/apcera::outside');
    },
    async '5. Bind it to the HTTP service'(section) {
      expect(await typed(section)).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Bound "job::/sandbox/admin::mycaptoken" to "service::/apcera::http"') });
    },
    async '5. List the jobs'(section) {
      const masked = (text: string): string => text.replace(/\/http\/[0-9a-f]{8}/, '/http/*').trimEnd();
      const { code, stdout } = await typed(section);
      expect([code, masked(stdout)]).toEqual([0, masked(shownIn(section))]);
    },
    async '6. Connect to the capsule'(section) {
      // Nothing is run here, and that is what the answer says (501).
      expect(await typed(section)).toMatchObject({ code: 1, stderr: expect.stringContaining('there is nothing to connect to') });
    },
    async '6. List services from the capsule'(section) {
      const { shell, pipeline } = await capsule();
      const answer = await shell.curl(`${commandOf(section.copied)} ${pipeline}${REPAIRS.services}`);
      expect([answer.status, answer.headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/json/)]);
      const [shown] = sampleOf<readonly { readonly fqn: string }[]>(shownIn(section));
      expectLike((JSON.parse(answer.text) as readonly { readonly fqn: string }[]).find(({ fqn }) => fqn === shown?.fqn), shown);
    },
    async '7. Get apc'(section) {
      const { shell, pipeline } = await capsule();
      const { code, stderr } = await typedInside(section, [['http://api.<subdomain>.<domain>.<tld>', pipeline], ['linux_amd64/', `linux_amd64/${REPAIRS.archive}`]]);
      expect(code, stderr).toBe(0);
      const { apc } = unzipSync(await readFile(join(shell.folder, REPAIRS.archive)));
      await writeFile(join(shell.folder, 'apc'), apc ?? '', { mode: 0o755 });
    },
    async '8. Set APC_HOME'(section) {
      expect((await typedInside(section, REPAIRS.pwd)).code).toBe(0);
      const { shell } = await capsule();
      expect((await shell.run('echo "$APC_HOME"')).stdout.trim()).toBe(shell.folder);
    },
    async '9. Target the cluster'(section) {
      const { pipeline } = await capsule();
      expect(await typedInside(section, [['http://CLUSTER-NAME', pipeline]])).toMatchObject({ code: 0, stdout: expect.stringContaining(`Targeted [${pipeline}]`) });
    },
    async '9. Target the cluster from the capsule'(section) {
      const { pipeline, shell } = await capsule();
      expect(await typedInside(section)).toMatchObject({ code: 0, stdout: `Targeted [${pipeline}]\n` });
      expect(JSON.parse(await readFile(join(shell.folder, '.apc'), 'utf8'))).toMatchObject({ target: pipeline });
    },
    async '10. Log in'(section) {
      const { pipeline, shell } = await capsule();
      expect(await typedInside(section)).toMatchObject({ code: 0, stdout: expect.stringContaining('Success!\nWorking in "/sandbox/admin"') });
      expect(JSON.parse(await readFile(join(shell.folder, '.apc'), 'utf8'))).toMatchObject({ tokens: { [pipeline]: expect.stringMatching(/^Bearer eyJ/) } });
    },
    async '11. Create a capsule from the capsule'(section) {
      expect(await typedInside(section)).toMatchObject({ code: 0, stdout: expect.stringContaining('Capsule "job::/sandbox/admin::mycap2" created') });
      const [job] = await world().admin<readonly object[]>('GET', '/v1/jobs?fqn=job::/sandbox/admin::mycap2');
      expect(job).toMatchObject({ created_by: CAP });
    },
    async '11. The same without permission'(section) {
      await addRule(`if (auth_server@apcera.me->name == "${CAP}") { role admin }`, (realm) => !realm.includes('package::'));
      expect(await typedInside(section)).toMatchObject({ code: 1, stderr: `${shownIn(section)}\n` });
    },
  };
};
