import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { mintmark, ROOT } from './programs.ts';

/** For NODE_COMPILE_CACHE of whatever starts `mintmark`: stripping the types again each time is nearly half of its start. */
export const COMPILED = join(ROOT, 'node_modules', '.cache', 'compiled');

const SERVICES = ['issuer', 'validator', 'replicator'];

/** Fills the cache with what the services consist of: those that tests kill leave nothing there. One without a configuration ends when it has loaded everything. */
export async function provideCompiled(): Promise<void> {
  for (const service of SERVICES) {
    const { command, args } = mintmark('server', service);
    const child = spawn(command, args, { stdio: 'ignore', env: { NODE_COMPILE_CACHE: COMPILED } });
    await new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  }
}
