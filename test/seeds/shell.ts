import { spawn, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { COMPILED } from '../harness/compiled.ts';
import { mintmark } from '../harness/programs.ts';
import type { Run } from '../scenarios/cli/run.ts';

/** What curl printed: head and body of the answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** How curl behaves, so that commands can stay as they are: heads of answers are printed, progress is not. */
const CURLRC = 'silent\nshow-error\ninclude\nmax-time = 20\n';

/** Somebody's shell: a folder, programs on the PATH, and what earlier commands have set. */
export class Shell {
  readonly folder: string;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #assignments: string[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.#env = {
      PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
      HOME: folder,
      CURL_HOME: join(folder, 'bin'),
      NODE_COMPILE_CACHE: COMPILED,
    };
  }

  /** In a new folder: `mintmark` and `apc` are on the PATH, and a `wget` where the machine has none. */
  static async open(folder: string): Promise<Shell> {
    const shell = new Shell(folder);
    const { command, args } = mintmark();
    await mkdir(join(folder, 'bin'), { recursive: true });
    await shell.#program('mintmark', `exec '${command}' ${args.map((one) => `'${one}'`).join(' ')} "$@"`);
    await shell.#program('apc', 'exec mintmark "$@"');
    if (spawnSync('sh', ['-c', 'command -v wget']).status !== 0) await shell.#program('wget', 'exec curl --no-include -O "$1"');
    await writeFile(join(folder, 'bin', '.curlrc'), CURLRC);
    return shell;
  }

  /** Runs a command as it is; assignments count for those after it. */
  async run(command: string, input = ''): Promise<Run> {
    if (/^[A-Z_]+=/.test(command)) this.#assignments.push(command);
    const child = spawn('sh', ['-c', ['set -a', ...this.#assignments, command].join('\n')], { cwd: this.folder, env: this.#env, stdio: 'pipe' });
    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        printed[name] += chunk;
      });
    }
    child.stdin.on('error', () => undefined).end(input);
    return new Promise((resolve, reject) => {
      child.once('error', reject).once('close', (code) => resolve({ code, ...printed }));
    });
  }

  /** Runs a curl; throws where no answer came. */
  async curl(command: string): Promise<Answer> {
    const { code, stdout, stderr } = await this.run(command);
    const [, status, head, text] = /^HTTP\/\S+ (\d{3})[^\n]*\n(.*?)\r?\n\r?\n(.*)$/s.exec(stdout) ?? [];
    if (code !== 0 || head === undefined || text === undefined) throw new Error(`exit code ${code}: ${stderr}${stdout}`);
    const headers = head.split(/\r?\n/).map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
    return { status: Number(status), headers: Object.fromEntries(headers) as Record<string, string>, text };
  }

  async save(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), text);
  }

  async #program(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
}
