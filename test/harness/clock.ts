import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';

/** The wall clock of every `mintmark` process of a cluster. What counts milliseconds, and the clocks of stores, go on as they are. */
export interface Clock {
  /** Sets it forward; resolves when every running process goes by it. */
  advance(ms: number): Promise<void>;
  /** What makes a process follow it. */
  readonly env: Readonly<Record<string, string>>;
}

const PRELOADED = fileURLToPath(new URL('clock-preload.mjs', import.meta.url));

/** A clock that is kept in a folder. */
export async function clockIn(folder: string): Promise<Clock> {
  const file = join(folder, 'clock');
  let ahead = 0;
  await writeFile(file, '0');
  return {
    async advance(ms) {
      ahead += ms;
      await writeFile(file, String(ahead));
      await eventually(() => allGoBy(file, String(ahead)), { what: 'every process going by the clock' });
    },
    env: { NODE_OPTIONS: `--import=${PRELOADED}`, HARNESS_CLOCK: file },
  };
}

async function allGoBy(file: string, ahead: string): Promise<boolean> {
  for (const name of await readdir(dirname(file))) {
    const pid = Number(name.slice(basename(file).length + 1));
    if (!name.startsWith(`${basename(file)}.`) || !isAlive(pid)) continue;
    if ((await readFile(join(dirname(file), name), 'utf8')) !== ahead) return false;
  }
  return true;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
