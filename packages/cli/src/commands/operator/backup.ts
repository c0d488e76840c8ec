import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { RestorePlace } from '../../backup/acts.ts';
import type { Environment } from '../../environment.ts';
import { failed } from '../../failed.ts';

/** `mintmark operator backup|verify|restore`: for the loss of both stores of a region (P1). */
export function addBackup(operator: Command, env: Environment): void {
  const where = (command: Command): Command =>
    command
      .option('--data <folder>', 'the data folder of `mintmark dev`, which must not run; without it the variables of the replicator and MINTMARK_SEALING_KEYS say where')
      .option('--region <name>', 'with --data: the region; default the authority');
  where(operator.command('backup').description("write everything in a region's log to a file, sealed under the sealing key").argument('<file>')).action(acting('backup', env));
  where(operator.command('verify').description('read a backup to its end and say what is in it').argument('<file>')).action(acting('verify', env));
  where(operator.command('restore').description("put a backup in the place of a region's log").argument('<file>'))
    .option('--force', 'also where the log is newer than the backup, or of another region: what only the log has is lost')
    .action(acting('restore', env));
}

/** What a backup stands on is loaded when one is asked for. */
function acting(act: 'backup' | 'verify' | 'restore', env: Environment): (file: string, place: RestorePlace) => Promise<void> {
  return async (file, place) => {
    try {
      const acts = await import('../../backup/acts.ts');
      process.stdout.write(`${await acts[act](resolve(file), place, env)}\n`);
    } catch (error) {
      failed(error);
    }
  };
}
