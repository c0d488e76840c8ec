import { readFile, rm } from 'node:fs/promises';
import type { BootstrapReset } from './context.ts';

/**
 * An operator's leave to bootstrap again: a file that holds the reset index, or the word `any`. Another content counts as none. It is used
 * up by deleting it; where that fails the bootstrap is refused, because a leave that stays would let anybody in.
 */
export function bootstrapResetFile(path: string): { read(): Promise<BootstrapReset | undefined>; drop(): Promise<void> } {
  return {
    async read() {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      });
      const word = text.trim();
      if (word === 'any') return word;
      return /^\d{1,15}$/.test(word) ? Number(word) : undefined;
    },
    drop: () => rm(path),
  };
}
