import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Output, type Running } from './running.ts';

export interface ProcessSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; default: this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** What the child is sent when this process dies; default: KILL. One that has started others wants TERM, to end them. */
  readonly orphaned?: 'KILL' | 'TERM';
}

/** Asks Linux to signal the child when its parent dies, however that dies. It becomes the command: its pid is the command's. */
const SETPRIV = '/usr/bin/setpriv';
const canTell = process.platform === 'linux' && existsSync(SETPRIV);

const living = new Map<number, 'SIGKILL' | 'SIGTERM'>();
process.on('exit', () => {
  for (const [pid, signal] of living) process.kill(pid, signal);
});

/** Starts a child process. It never outlives this process. Throws where the command cannot be started. */
export async function startProcess(spec: ProcessSpec): Promise<Running> {
  const { orphaned = 'KILL' } = spec;
  const before = canTell ? [SETPRIV, '--pdeathsig', orphaned, '--'] : [];
  const [command, ...args] = [...before, spec.command, ...spec.args] as [string, ...string[]];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(spec.cwd && { cwd: spec.cwd }), ...(spec.env && { env: spec.env }) });
  const output = new Output();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => output.add(chunk, 'stdout'));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => output.add(chunk, 'stderr'));
  let alive = true;
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => {
      alive = false;
      living.delete(child.pid ?? -1);
      resolve(code ?? signal ?? 'unknown');
    });
  });
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  if (child.pid !== undefined) living.set(child.pid, `SIG${orphaned}`);
  return {
    pid: child.pid,
    ended,
    get alive() {
      return alive;
    },
    signal: async (name) => {
      if (alive) child.kill(name);
    },
    output: () => output.text(),
    onLine: (call) => output.onLine(call),
  };
}
