import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { LogError } from '../log.ts';

/**
 * Makes one process the owner of a folder until disposed of. The lock names its process and when that started, so that one left behind by a
 * killed process is taken over, also when its number has been given to another since.
 */
export function lockFolder(path: string): Disposable {
  const file = `${path}.lock`;
  const own = `${process.pid} ${startedAt(process.pid) ?? 'unknown'}`;
  const beside = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  writeFileSync(beside, own, { mode: 0o600 });
  try {
    for (let tries = 0; ; tries += 1) {
      try {
        linkSync(beside, file);
        return { [Symbol.dispose]: () => release(file, own) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries === 3) throw error;
        const owner = readOwner(file);
        if (owner !== undefined && isAlive(owner)) throw new LogError('unavailable', `${path} is in use by process ${owner.pid}: stop it first, or use another folder`);
        rmSync(file, { force: true });
      }
    }
  } finally {
    rmSync(beside, { force: true });
  }
}

interface Owner {
  readonly pid: number;
  readonly started: string;
}

function readOwner(file: string): Owner | undefined {
  try {
    const [pid = '', started = ''] = readFileSync(file, 'utf8').split(' ');
    return /^\d+$/.test(pid) ? { pid: Number(pid), started } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, started }: Owner): boolean {
  const present = startedAt(pid);
  if (present !== undefined) return present === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process started, in clock ticks since boot; `undefined` where the system does not tell. */
function startedAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function release(file: string, own: string): void {
  try {
    if (readFileSync(file, 'utf8') === own) rmSync(file, { force: true });
  } catch {
    // Somebody took it away; there is nothing to give back.
  }
}
