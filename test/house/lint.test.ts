import { spawnSync } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { ROOT } from '../harness/programs.ts';

const constants = (count: number): string => Array.from({ length: count }, (_, n) => `export const v${n} = ${n};`).join('\n');

/** What the house rules refuse: where, what, and the rule that says so. */
const REFUSED = [
  ['services/issuer/src/core/x.ts', 'export const at = (): number => Date.now();', 'plugin'],
  ['services/issuer/src/core/x.ts', 'export const at = (): number => performance.now();', 'plugin'],
  ['services/issuer/src/core/x.ts', 'export const die = (): number => Math.random();', 'plugin'],
  ['services/issuer/src/core/x.ts', 'export const id = (): string => crypto.randomUUID();', 'plugin'],
  ['services/replicator/src/core/x.ts', 'export const later = (): unknown => setTimeout(() => undefined, 5);', 'plugin'],
  ['services/replicator/src/core/x.ts', "import { setTimeout as sleep } from 'node:timers/promises';\nexport const later = (): unknown => sleep(5);", 'plugin'],
  ['packages/domain/src/x.ts', 'export const at = (): Date => new Date();', 'plugin'],
  ['services/validator/src/core/x.ts', 'export const home = (): string | undefined => process.env.HOME;', 'noProcessEnv'],
  ['packages/cli/src/x.ts', 'export const home = (): string | undefined => process.env.HOME;', 'noProcessEnv'],
  ['services/validator/src/core/x.ts', 'const work = async (): Promise<void> => undefined;\nexport function go(): void {\n  work();\n}', 'noFloatingPromises'],
  ['services/validator/src/core/x.ts', `export function long(): void {\n${'  console.info(1);\n'.repeat(61)}}`, 'noExcessiveLinesPerFunction'],
  ['services/validator/src/core/x.ts', constants(401), 'noExcessiveLinesPerFile'],
  ['services/validator/src/index.ts', "export * from './core/x.ts';", 'noReExportAll'],
  ['services/validator/src/core/x.ts', "import { Redis } from 'ioredis';\nexport const redis = new Redis();", 'noRestrictedImports'],
  ['packages/log/src/nats/x.ts', "import { open } from 'lmdb';\nexport const store = open;", 'noRestrictedImports'],
  ['packages/kit/src/rpc/x.ts', "import { y } from './y.ts';\nexport const x = (): number => y();", 'noImportCycles'],
] as const;

/** What lies beside the offending file. */
const BESIDE = { 'packages/kit/src/rpc/y.ts': "import { x } from './x.ts';\nexport const y = (): number => x();\n" };

/** What the rules let pass, for good reason. */
const ALLOWED = [
  ['packages/log/src/embedded/x.ts', 'export const at = (): number => Date.now();'],
  ['packages/log/src/embedded/x.ts', "import { open } from 'lmdb';\nexport const store = open;"],
  ['packages/view/src/redis/x.ts', "import { Redis } from 'ioredis';\nexport const redis = new Redis();"],
  ['packages/kit/src/config/x.ts', 'export const home = (): string | undefined => process.env.HOME;'],
  ['services/issuer/src/core/x.ts', constants(399)],
] as const;

/** Lints one file of a project that has our configuration and little else. */
async function lint(path: string, code: string): Promise<{ readonly failed: boolean; readonly output: string }> {
  await using project = await temporaryFolder('lint');
  await cp(join(ROOT, 'biome.json'), join(project.path, 'biome.json'));
  await cp(join(ROOT, '.biome'), join(project.path, '.biome'), { recursive: true });
  for (const [name, text] of Object.entries({ ...BESIDE, [path]: `${code}\n` })) {
    await mkdir(dirname(join(project.path, name)), { recursive: true });
    await writeFile(join(project.path, name), text);
  }
  const { status, stdout, stderr } = spawnSync('biome', ['lint', '--error-on-warnings', '.'], { cwd: project.path, encoding: 'utf8' });
  return { failed: status !== 0, output: stdout + stderr };
}

/** One line of a title. */
function shown(code: string): string {
  const lines = code.split('\n');
  return lines.length > 10 ? `${lines.length} lines` : lines.join(' ');
}

describe('the house rules', () => {
  it.each(REFUSED.map(([path, code, rule]) => [path, shown(code), rule, code] as const))('refuse in %s: %s (%s)', async (path, _shown, rule, code) => {
    const { failed, output } = await lint(path, code);
    expect(output).toContain(rule);
    expect(failed).toBe(true);
  });

  it.each(ALLOWED.map(([path, code]) => [path, shown(code), code] as const))('let pass in %s: %s', async (path, _shown, code) => {
    const { failed, output } = await lint(path, code);
    expect(output).toContain('Checked');
    expect(failed).toBe(false);
  });
});
