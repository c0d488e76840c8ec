import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atLeast } from './versions.ts';

const run = promisify(execFile);

export type ServerName = 'nats-server' | 'redis-server';

/** A server program that can be started: a binary of this machine, or an image that a container engine has. */
export type Program = Binary | { readonly kind: 'image'; readonly image: string; readonly version: string };

export interface Binary {
  readonly kind: 'binary';
  readonly path: string;
  /** Folders of shared libraries that came with it. */
  readonly libraries: string | undefined;
  readonly version: string;
}

/** What the tests need. Older nats-servers neither sync each write nor keep compare-and-set on replicated logs. */
export const WANTED: Readonly<Record<ServerName, string>> = { 'nats-server': '2.10.27', 'redis-server': '7.0.0' };

/** Where the project unpacks programs that this machine lacks. */
export const CACHE = fileURLToPath(new URL('../../node_modules/.cache/mintmark', import.meta.url));

/** The best binary of this machine: of those on PATH and in the project's cache the first that is new enough, else the newest. */
export async function findBinary(name: ServerName): Promise<Binary | undefined> {
  const unpacked = join(CACHE, name);
  const folders = [join(unpacked, 'usr/bin'), join(unpacked, 'usr/sbin'), ...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  let best: Binary | undefined;
  for (const path of new Set(folders.map((folder) => join(folder, name)))) {
    const binary = existsSync(path) ? await probe(path, path.startsWith(unpacked) ? librariesOf(unpacked) : undefined) : undefined;
    if (binary !== undefined && atLeast(binary.version, WANTED[name])) return binary;
    if (binary !== undefined && (best === undefined || atLeast(binary.version, best.version))) best = binary;
  }
  return best;
}

/** Asks the binary for its version; undefined where it does not run here. */
export async function probe(path: string, libraries?: string): Promise<Binary | undefined> {
  try {
    const { stdout, stderr } = await run(path, ['--version'], { env: withLibraries(libraries) });
    const version = /\bv=?(\d+\.\d+\.\d+)/.exec(stdout + stderr)?.[1];
    return version === undefined ? undefined : { kind: 'binary', path, libraries, version };
  } catch {
    return undefined;
  }
}

/** This process's environment, with the libraries before the machine's own. */
export function withLibraries(libraries: string | undefined): NodeJS.ProcessEnv {
  return libraries === undefined ? process.env : { ...process.env, LD_LIBRARY_PATH: libraries };
}

function librariesOf(root: string): string | undefined {
  const machine = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const folders = ['usr/lib', 'lib'].map((sub) => join(root, sub, machine)).filter((folder) => existsSync(folder));
  return folders.length === 0 ? undefined : folders.join(delimiter);
}
