import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where servers that the project fetched for itself lie. */
export const FETCHED = join(ROOT, 'node_modules', '.cache', 'mintmark', 'bin');

/** Path of a program: the project's own copy first, then the machine's. Throws where there is none. */
export function program(name: string): string {
  const folders = [FETCHED, ...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not on this machine: run \`npm test\`, which gets it, or install it`);
  return found;
}

/** The command line of `mintmark`, by the Node.js of the project. */
export function mintmark(...args: readonly string[]): { readonly command: string; readonly args: readonly string[] } {
  return { command: process.execPath, args: [join(ROOT, 'packages', 'cli', 'bin', 'mintmark.ts'), ...args] };
}
