import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { COMPILED } from '../harness/compiled.ts';
import { mintmark } from '../harness/programs.ts';
import type { AclApi, Minted } from './support/acl.ts';
import { MODES, type Mode } from './support/cluster.ts';
import { expectDenied, expectEmpty, expectJson } from './support/expect.ts';
import { type Fixture, useCluster } from './support/fixture.ts';
import { until } from './support/until.ts';

interface Ran {
  readonly code: number;
  readonly text: string;
}

/** `mintmark operator VERB FILE` on a region's stores. */
async function operator({ region }: AclApi, verb: string, file: string, more: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const { command, args } = mintmark('operator', verb, file, ...region.operator.flags, ...more);
  return promisify(execFile)(command, [...args], { env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, ...region.operator.env, ...env } }).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, text: stderr }),
  );
}

function backupSuite(mode: Mode, fixture: () => Fixture): void {
  /** In embedded mode the log has one owner: the process has to be down while it is looked at. */
  async function aside<T>(work: () => Promise<T>): Promise<T> {
    if (mode === 'distributed') return work();
    const { region } = fixture().us;
    await region.stop();
    try {
      return await work();
    } finally {
      await region.start();
    }
  }

  async function works(api: AclApi, token: Minted): Promise<void> {
    await until(`a token works in ${api.region.name}`, async () => (await api.as(token.SecretID).self()).status === 200, { within: 30_000 });
  }

  test('both stores of the authority lost: what was in the backup is back, in every region, and later indexes are higher', async () => {
    await using folder = await temporaryFolder('backup');
    const file = join(folder.path, 'us.backup');
    const { us, eu } = fixture();
    const [global, local, gone] = [await us.mint({ Global: true }), await us.mint(), await us.mint({ Global: true })];
    expectEmpty(await us.delete(gone.AccessorID));
    const before = expectJson(await us.as(local.SecretID).self());
    expect(await aside(() => operator(us, 'backup', file))).toMatchObject({ code: 0, text: expect.stringMatching(/^\d+ records of us-east up to index \d+ are in /) });
    expect(await operator(us, 'verify', file)).toMatchObject({ code: 0, text: expect.stringMatching(/token +\d+ +\d+/) });
    for (const secret of [global.SecretID, local.SecretID, us.secret ?? '-']) expect(await readFile(file, 'utf8')).not.toContain(secret);
    await aside(async () => {
      await loseBoth(us);
      expect(await operator(us, 'restore', file)).toMatchObject({ code: 0, text: expect.stringContaining('Restored: us-east goes on at index') });
    });
    for (const api of [us, eu]) await works(api, global);
    await works(us, local);
    const after = expectJson(await us.as(local.SecretID).self());
    expect(after).toMatchObject({ CreateIndex: before.CreateIndex, AccessorID: before.AccessorID });
    expect(after.ModifyIndex).toBeGreaterThan(1_000_000);
    for (const api of [us, eu]) await until('what was deleted stays deleted', async () => [403].includes((await api.as(gone.SecretID).self()).status));
    await works(eu, await us.mint({ Global: true }));
  }, 180_000);

  test('a backup that is older than the log is refused without --force, and changes nothing', async () => {
    await using folder = await temporaryFolder('backup');
    const file = join(folder.path, 'us.backup');
    const { us } = fixture();
    await aside(() => operator(us, 'backup', file));
    const later = await us.mint();
    const refused = await aside(() => operator(us, 'restore', file));
    expect(refused).toMatchObject({ code: 1, text: expect.stringMatching(/the log is at index \d+, the backup at \d+.*--force/) });
    await works(us, later);
    expect((await aside(() => operator(us, 'restore', file, ['--force']))).code).toBe(0);
    await until('what came after the backup is undone', async () => [403].includes((await us.as(later.SecretID).self()).status), { within: 30_000 });
    expectDenied(await us.as(later.SecretID).self());
  }, 180_000);

  test('a backup that was cut, altered, put together anew, or is of another region or cluster, is refused before anything is given up', async () => {
    await using folder = await temporaryFolder('backup');
    const [file, bad, ofEu] = ['us', 'bad', 'eu'].map((name) => join(folder.path, `${name}.backup`)) as [string, string, string];
    const { us, eu } = fixture();
    const kept = await us.mint();
    await aside(async () => {
      await operator(us, 'backup', file);
      await operator(eu, 'backup', ofEu);
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
      const broken: readonly (readonly [readonly string[], RegExp])[] = [
        [lines.slice(0, -1), /cut off/],
        [lines.toSpliced(1, 1, `${lines[1]?.slice(0, -8)}AAAAAAA=`), /line 2 cannot be opened/],
        [lines.toSpliced(0, 1, (lines[0] as string).replace(/"revision":\d+/, '"revision":99999999')), /line 2 cannot be opened/],
        [[...lines, lines.at(-1) as string], /more after the end/],
        [['{}'], /no backup of mintmark/],
        [[], /empty/],
      ];
      for (const [text, why] of broken) {
        await writeFile(bad, text.map((line) => `${line}\n`).join(''));
        expect(await operator(us, 'restore', bad, ['--force'])).toMatchObject({ code: 1, text: expect.stringMatching(why) });
      }
      expect(await operator(us, 'restore', ofEu)).toMatchObject({ code: 1, text: expect.stringContaining('is of region eu-west, not of us-east') });
      expect(await operator(us, 'verify', join(folder.path, 'none'))).toMatchObject({ code: 1, text: expect.stringContaining('ENOENT') });
      if (mode === 'distributed') {
        const env = { MINTMARK_SEALING_KEYS: Buffer.alloc(32, 7).toString('base64') };
        expect(await operator(us, 'verify', file, [], env)).toMatchObject({ code: 1, text: expect.stringContaining('other sealing keys') });
      }
    });
    await works(us, kept);
  }, 180_000);

  async function loseBoth({ region }: AclApi): Promise<void> {
    if (mode === 'embedded') {
      const [, data = ''] = region.operator.flags;
      await rm(join(data, region.name, 'log'), { recursive: true });
      return;
    }
    await region.part('replicator').kill();
    await region.deleteLog();
    await region.flushView();
    await region.part('replicator').restart();
  }
}

describe.each(MODES)('backups, %s', (mode) => backupSuite(mode, useCluster(mode)));
