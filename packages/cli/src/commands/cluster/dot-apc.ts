import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../client/failure.ts';
import type { Environment } from '../../environment.ts';

/** What `.apc` remembers (seed systems, 1.1 row 29). */
export interface DotApc {
  readonly target: string | undefined;
  /** By target: `Bearer …`. */
  readonly tokens: Readonly<Record<string, string>>;
}

export function dotApcPath(env: Environment): string {
  return join(env.APC_HOME === undefined || env.APC_HOME === '' ? homedir() : env.APC_HOME, '.apc');
}

/** Nothing where there is no file. Throws `UsageError` for one that cannot be read. */
export function readDotApc(env: Environment): DotApc {
  const path = dotApcPath(env);
  try {
    const { target, tokens = {} } = JSON.parse(readFileSync(path, 'utf8')) as Partial<DotApc>;
    return { target: typeof target === 'string' ? target : undefined, tokens };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { target: undefined, tokens: {} };
    throw new UsageError(`${path} cannot be read: mend it, or delete it and use \`mintmark target\``);
  }
}

/** For the owner's eyes only. Throws `UsageError` where it cannot be written. */
export function writeDotApc(env: Environment, apc: DotApc): void {
  const path = dotApcPath(env);
  try {
    writeFileSync(`${path}.new`, `${JSON.stringify(apc, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw new UsageError(`${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}): set APC_HOME to a folder that can be changed`);
  }
}
