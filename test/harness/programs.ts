import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { probe, type Program, type ServerName, withLibraries } from '../setup/programs.ts';
import { findServer } from '../setup/servers.ts';
import { startContainer } from './container.ts';
import { startProcess } from './process.ts';
import type { Running } from './running.ts';

/** Root of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const found = new Map<string, Promise<Program | undefined>>();

/** The server program to start: the one at `path`, else the best that there is. Throws where there is none. */
export async function serverProgram(name: ServerName, path?: string): Promise<Program> {
  const key = path ?? name;
  const finding = found.get(key) ?? (path === undefined ? findServer(name) : probe(path));
  found.set(key, finding);
  const program = await finding;
  if (program === undefined) throw new Error(`${key} is not on this machine: run \`npm test\`, which gets it, or install it`);
  return program;
}

/** Starts a server program; `folder` is where its configuration and data are. */
export function launch(program: Program, name: ServerName, args: readonly string[], folder: string): Promise<Running> {
  if (program.kind === 'image') return startContainer(program.image, [name, ...args], folder);
  return startProcess({ command: program.path, args, env: withLibraries(program.libraries) });
}

/** The command line of `mintmark`, by the Node.js of the project. */
export function mintmark(...args: readonly string[]): { readonly command: string; readonly args: readonly string[] } {
  return { command: process.execPath, args: [join(ROOT, 'packages', 'cli', 'bin', 'mintmark.ts'), ...args] };
}
