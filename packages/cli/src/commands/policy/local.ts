import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import { complain } from '../../output/print.ts';

/** Makes a command one that works on files of this machine alone. Faults of its use and of its files are told on standard error. */
export function worksHere<F>(command: Command, work: (flags: F, ...args: (string | readonly string[])[]) => Promise<number>): void {
  command.action(async (...given: unknown[]) => {
    try {
      process.exitCode = await work(command.opts<F & object>() as F, ...(given.slice(0, -2) as (string | readonly string[])[]));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      complain([error.message], true);
      process.exitCode = 1;
    }
  });
}
