import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Disk, mountDisk } from './disk.ts';

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/** A new folder that is removed with all that is in it when disposed of. */
export async function temporaryFolder(purpose: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `mintmark-${purpose}-`));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** A new folder that is a disk of its own of so many MiB, or an ordinary one where `mebibytes` is undefined. */
export async function folderOnDisk(purpose: string, mebibytes: number | undefined): Promise<TemporaryFolder & { readonly disk?: Disk }> {
  const folder = await temporaryFolder(purpose);
  if (mebibytes === undefined) return folder;
  const disk = mountDisk(folder.path, mebibytes);
  return {
    path: folder.path,
    disk,
    async [Symbol.asyncDispose]() {
      await disk[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Makes `to` hold exactly what `from` holds. `to` itself stays, for who has it open or mounted. */
export async function copyFolder(from: string, to: string): Promise<void> {
  for (const name of await readdir(to)) await rm(join(to, name), { recursive: true, force: true });
  await cp(from, to, { recursive: true, preserveTimestamps: true });
}
