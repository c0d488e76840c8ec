import { spawnSync } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { ROOT } from '../harness/programs.ts';

/** What the house rules refuse: where, what, and the rule that says so. */
const REFUSED = [
  ['services/issuer/src/core/x.ts', 'export const at = (): number => Date.now();', 'plugin'],
  ['services/issuer/src/core/x.ts', 'export const die = (): number => Math.random();', 'plugin'],
  ['services/replicator/src/core/x.ts', 'export const later = (): unknown => setTimeout(() => undefined, 5);', 'plugin'],
  ['packages/domain/src/x.ts', 'export const at = (): Date => new Date();', 'plugin'],
  ['services/validator/src/core/x.ts', 'export const home = (): string | undefined => process.env.HOME;', 'noProcessEnv'],
  ['services/validator/src/core/x.ts', 'const work = async (): Promise<void> => undefined;\nexport function go(): void {\n  work();\n}', 'noFloatingPromises'],
  ['services/validator/src/core/x.ts', `export function long(): void {\n${'  console.info(1);\n'.repeat(61)}}`, 'noExcessiveLinesPerFunction'],
  ['services/validator/src/core/x.ts', 'export const one = 1;\n'.repeat(1) + Array.from({ length: 400 }, (_, n) => `export const v${n} = ${n};`).join('\n'), 'noExcessiveLinesPerFile'],
] as const;

/** Lints one file of a project that has our configuration and nothing else. */
async function lint(path: string, code: string): Promise<{ readonly failed: boolean; readonly output: string }> {
  await using project = await temporaryFolder('lint');
  await cp(join(ROOT, 'biome.json'), join(project.path, 'biome.json'));
  await cp(join(ROOT, '.biome'), join(project.path, '.biome'), { recursive: true });
  await mkdir(dirname(join(project.path, path)), { recursive: true });
  await writeFile(join(project.path, path), code);
  const { status, stdout, stderr } = spawnSync('biome', ['lint', '.'], { cwd: project.path, encoding: 'utf8' });
  return { failed: status !== 0, output: stdout + stderr };
}

describe('the house rules', () => {
  it.each(REFUSED)('refuse in %s: %s (%s)', async (path, code, rule) => {
    const { failed, output } = await lint(path, code);
    expect(output).toContain(rule);
    expect(failed).toBe(true);
  });

  it('let the adapters use the clock of the machine', async () => {
    const { failed } = await lint('packages/log/src/embedded/x.ts', 'export const at = (): number => Date.now();\n');
    expect(failed).toBe(false);
  });
});
