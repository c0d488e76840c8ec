import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const TASKSET = '/usr/bin/taskset';
/** What `/proc/PID/stat` counts in; 100 on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

/** Servers under test run on the first core, what loads them on the second. */
export const CORES = availableParallelism();
export const pinning = existsSync(TASKSET) && CORES >= 2;

/** The command as it runs on the servers' core. */
export function onServerCore(command: string, args: readonly string[]): readonly [string, readonly string[]] {
  return pinning ? [TASKSET, ['-c', '0', command, ...args]] : [command, args];
}

/** Moves this process, and whatever it starts from now on without `onServerCore`, to the generators' core, or gives it all of them. */
export function moveSelf(to: 'generators' | 'everywhere'): void {
  if (!pinning) return;
  const cores = to === 'generators' ? '1' : `0-${CORES - 1}`;
  execFileSync(TASKSET, ['-a', '-p', '-c', cores, String(process.pid)], { stdio: 'ignore' });
}

/** CPU that a process has used so far, all threads, in microseconds; NaN where the system does not tell. Grain: 10 ms. */
export function cpuOf(pid: number | undefined): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
  } catch {
    return Number.NaN;
  }
}
