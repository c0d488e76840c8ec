import { spawn } from 'node:child_process';
import { provideCompiled } from '../test/harness/compiled.ts';
import { provideServers } from '../test/setup/servers.ts';

/**
 * `npm test`: gets the servers that tests run against where they are missing, then runs all tests, or those that the arguments select. The faults come
 * last and alone: fifteen processes under load want the machine for themselves.
 */
await provideServers();
await provideCompiled();
const selected = process.argv.slice(2);
const failed = await run(selected);
process.exitCode = failed !== 0 || selected.length > 0 ? failed : await run(['--config', 'vitest.faults.config.ts']);

function run(args: readonly string[]): Promise<number> {
  const vitest = spawn('vitest', ['run', ...args], { stdio: 'inherit' });
  return new Promise((resolve) => vitest.on('exit', (code) => resolve(code ?? 1)));
}
