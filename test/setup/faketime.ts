import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hasApt, unpackPackage } from './packages.ts';
import { CACHE } from './programs.ts';

const MACHINE = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';

/** Debian's libfaketime of this machine, or of the project's cache; undefined where there is none. */
export function findFaketime(): string | undefined {
  const roots = [join(CACHE, 'libfaketime'), '/'];
  return roots.map((root) => join(root, 'usr/lib', MACHINE, 'faketime/libfaketimeMT.so.1')).find((path) => existsSync(path));
}

/** Unpacks it into the project's cache where it is missing. Returns why it cannot be had; undefined where it is there. */
export async function provideFaketime(): Promise<string | undefined> {
  if (findFaketime() !== undefined) return undefined;
  if (!hasApt()) return 'libfaketime is not on this machine, and apt is not either';
  try {
    await unpackPackage('libfaketime');
  } catch (error) {
    return `apt did not give libfaketime: ${String(error).split('\n')[0]}`;
  }
  return findFaketime() === undefined ? 'the package libfaketime holds no library for this machine' : undefined;
}
