import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { ROOT } from '../harness/programs.ts';

/** One room a floor and two on that of the ports, from the bottom up. */
const ROOMS = [
  'packages/domain',
  'packages/contract',
  'packages/log',
  'packages/view',
  'packages/kit',
  'services/issuer',
  'services/validator',
  'packages/cli',
] as const;
type Room = (typeof ROOMS)[number];

const nameOf = (room: Room): string => `@mintmark/${room.split('/')[1]}`;

/** Runs `turbo boundaries` over a project with our rules and tags, in which one room imports another, declared or not. */
async function boundaries(from: Room, to: Room, declared: boolean): Promise<{ readonly status: number | null; readonly output: string }> {
  await using project = await temporaryFolder('boundaries');
  const { packageManager } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { packageManager: string };
  await writeFile(
    join(project.path, 'package.json'),
    JSON.stringify({ name: 'house', private: true, packageManager, workspaces: ['packages/*', 'services/*'] }),
  );
  await cp(join(ROOT, 'turbo.json'), join(project.path, 'turbo.json'));
  for (const room of ROOMS) {
    const folder = join(project.path, room);
    await mkdir(join(folder, 'src'), { recursive: true });
    await cp(join(ROOT, room, 'turbo.json'), join(folder, 'turbo.json'));
    const dependencies = room === from && declared ? { [nameOf(to)]: '*' } : {};
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ name: nameOf(room), version: '0.1.0', type: 'module', exports: './src/index.ts', dependencies }),
    );
    await writeFile(join(folder, 'src/index.ts'), room === from ? `import '${nameOf(to)}';\n` : 'export {};\n');
  }
  spawnSync('git', ['init', '--quiet'], { cwd: project.path });
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1' };
  const { status, stdout, stderr } = spawnSync('turbo', ['boundaries'], { cwd: project.path, encoding: 'utf8', env });
  return { status, output: stdout + stderr };
}

describe('the floors', () => {
  it.each([
    ['packages/contract', 'packages/domain'],
    ['packages/log', 'packages/contract'],
    ['services/issuer', 'packages/kit'],
    ['packages/cli', 'services/validator'],
  ] as const)('let %s import %s, which is below', async (from, to) => {
    const { status, output } = await boundaries(from, to, true);
    expect(output).toContain('no issues found');
    expect(status).toBe(0);
  });

  it.each([
    ['packages/domain', 'packages/contract'],
    ['packages/contract', 'packages/log'],
    ['packages/log', 'packages/kit'],
    ['packages/kit', 'services/issuer'],
    ['services/issuer', 'packages/cli'],
  ] as const)('refuse that %s imports %s, which is above', async (from, to) => {
    const { status, output } = await boundaries(from, to, true);
    expect(output).toContain('1 issue found');
    expect(status).not.toBe(0);
  });

  it.each([
    ['packages/log', 'packages/view'],
    ['services/issuer', 'services/validator'],
  ] as const)('refuse that %s imports %s, which is on the same floor', async (from, to) => {
    expect((await boundaries(from, to, true)).status).not.toBe(0);
  });

  it('refuse an import that the package does not declare', async () => {
    const { status, output } = await boundaries('services/issuer', 'packages/domain', false);
    expect(output).toContain('not a dependency');
    expect(status).not.toBe(0);
  });

  it('refuse that the kit imports the domain: it knows none', async () => {
    expect((await boundaries('packages/kit', 'packages/domain', true)).status).not.toBe(0);
  });
});
