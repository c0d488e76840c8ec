import { spawn } from 'node:child_process';
import { COMPILED } from '../../harness/compiled.ts';
import { mintmark } from '../../harness/programs.ts';
import type { Fixture } from '../support/fixture.ts';

/** What one call of the program printed and how it ended. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Given on standard input. */
  readonly input?: string;
  /** The whole environment besides PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  /** Instead of the program of this repository. */
  readonly program?: { readonly command: string; readonly args: readonly string[] };
}

/** Runs `mintmark` with these arguments; spaces part them, and none of them is read by a shell. */
export function run(args: string | readonly string[], options: RunOptions = {}): Promise<Run> {
  const words = typeof args === 'string' ? args.split(' ').filter((word) => word !== '') : args;
  const { command, args: before } = options.program ?? mintmark();
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, NODE_COMPILE_CACHE: COMPILED, ...options.env };
  const child = spawn(command, [...before, ...words], { env, stdio: 'pipe' });
  const printed = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    printed.stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    printed.stderr += chunk;
  });
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve({ code, ...printed }));
  });
}

/** The program as somebody calls it who has set address and token of a region. */
export function caller(fixture: () => Fixture, where: 'us' | 'eu' = 'us'): (args: string | readonly string[], options?: RunOptions) => Promise<Run> {
  return (args, options = {}) => {
    const { region, secret } = fixture()[where];
    return run(args, { ...options, env: { MINTMARK_ADDR: region.http, ...(secret === undefined ? {} : { MINTMARK_TOKEN: secret }), ...options.env } });
  };
}

/** What it printed; throws with all of it when it did not end well. */
export async function output(running: Promise<Run>): Promise<string> {
  const { code, stdout, stderr } = await running;
  if (code !== 0 || stderr !== '') throw new Error(`exit code ${code}: ${stderr}${stdout}`);
  return stdout;
}

/** The value of one `Key = Value` line. */
export function lineValue(block: string, key: string): string {
  const line = block.split('\n').find((candidate) => candidate.split('=')[0]?.trim() === key);
  if (line === undefined) throw new Error(`no ${key} in: ${block}`);
  return line.slice(line.indexOf('=') + 1).trim();
}
