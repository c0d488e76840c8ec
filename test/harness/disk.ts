import { execFileSync } from 'node:child_process';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** A small disk of its own below a folder. */
export interface Disk extends AsyncDisposable {
  /** Leaves no byte free. */
  fill(): Promise<void>;
  free(): Promise<void>;
}

const MIB = 1 << 20;

/** Why this machine cannot have small disks; undefined where it can. */
export function noDisks(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux mounts a disk in memory';
  return process.getuid?.() === 0 ? undefined : 'only root may mount a disk';
}

/** Mounts a disk of so many MiB, kept in memory, at the folder. */
export function mountDisk(folder: string, mebibytes: number): Disk {
  const options = `size=${mebibytes}m,mode=0700`;
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'mintmark-disk', folder], { stdio: 'pipe' });
  const unmount = (): void => void execFileSync('umount', ['--lazy', folder], { stdio: 'pipe' });
  process.on('exit', unmount);
  const ballast = join(folder, 'ballast');
  return {
    async fill() {
      await using file = await open(ballast, 'w');
      const block = Buffer.alloc(4_096);
      const { bavail, bsize } = await statfs(folder);
      const most = bavail * bsize + MIB;
      try {
        for (let written = 0; written < most; written += block.length) await file.write(block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    free: () => rm(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      process.off('exit', unmount);
      unmount();
    },
  };
}
