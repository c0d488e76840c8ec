import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Entry, formatTime, instantOf, type Revision, revision } from '@mintmark/domain';
import { systemWorld } from '@mintmark/kit/lifecycle';
import type { LogHead } from '@mintmark/log';
import { everythingIn, lastOfEach } from '../../backup/everything.ts';
import { type BackupHeader, headerOf, readBackup, writeBackup } from '../../backup/file.ts';
import { openSealer, openStore, type Place } from '../../backup/store.ts';
import type { Environment } from '../../environment.ts';
import { failed } from '../../failed.ts';
import { table } from '../../output/table.ts';

/** The restored log begins this far above everything that is known to have been given out. */
const CLEARANCE = 1_000_000;

/** `mintmark operator backup|verify|restore`: for the loss of both stores of a region (P1). */
export function addBackup(operator: Command, env: Environment): void {
  const where = (command: Command): Command =>
    command
      .option('--data <folder>', 'the data folder of `mintmark dev`, which must not run; without it the variables of the replicator and MINTMARK_SEALING_KEYS say where')
      .option('--region <name>', 'with --data: the region; default the authority');
  where(operator.command('backup').description("write everything in a region's log to a file, sealed under the sealing key").argument('<file>')).action(acting((file, place) => backup(file, place, env)));
  where(operator.command('verify').description('read a backup to its end and say what is in it').argument('<file>')).action(acting((file, place) => verify(file, place, env)));
  where(operator.command('restore').description("put a backup in the place of a region's log").argument('<file>'))
    .option('--force', 'also where the log is newer than the backup, or of another region: what only the log has is lost')
    .action(acting((file, place) => restore(file, place, env)));
}

interface RestorePlace extends Place {
  readonly force?: true;
}

async function backup(file: string, place: Place, env: Environment): Promise<string> {
  await using store = await openStore(place, env);
  const head = await store.log.head();
  if (!head.complete) throw new Error('the log is being written again: try it when that is over');
  const header = { region: store.region, incarnation: head.incarnation, revision: head.revision, takenAt: formatTime(instantOf(systemWorld.clock.now())) };
  const records = await writeBackup(file, header, everythingIn(store.log, head), store.sealer);
  return `${records} records of ${store.region} up to index ${head.revision} are in ${file}`;
}

async function verify(file: string, place: Place, env: Environment): Promise<string> {
  const sealer = await openSealer(place, env);
  const header = await headerOf(file);
  const counts = new Map<string, { live: number; ended: number }>();
  for await (const { record } of readBackup(file, sealer)) {
    const count = counts.get(record.kind) ?? { live: 0, ended: 0 };
    count[record.deleted ? 'ended' : 'live'] += 1;
    counts.set(record.kind, count);
  }
  const rows = [...counts].toSorted(([a], [b]) => a.localeCompare(b)).map(([kind, { live, ended }]) => [kind, String(live), String(ended)]);
  return `${summary(header)}\n\n${table(['Kind', 'Live', 'Ended'], rows)}`;
}

async function restore(file: string, place: RestorePlace, env: Environment): Promise<string> {
  await using store = await openStore(place, env);
  const header = await headerOf(file);
  const head = await store.log.head();
  if (place.force !== true) refuse(header, store.region, head);
  const read = (): AsyncIterable<Entry> => readBackup(file, store.sealer);
  // To its end, before anything is given up.
  for await (const _ of read());
  const above = revision(Math.max(header.revision, head.revision) + CLEARANCE) satisfies Revision;
  const restored = await store.log.rewrite(lastOfEach(read), { above });
  return `${summary(header)}\nRestored: ${store.region} goes on at index ${restored.revision}`;
}

function refuse(header: BackupHeader, region: string, head: LogHead): void {
  if (header.region !== region) throw new Error(`the backup is of region ${header.region}, not of ${region} (--force restores it all the same)`);
  if (head.revision > head.base && head.revision > header.revision) {
    throw new Error(`the log is at index ${head.revision}, the backup at ${header.revision}: what was written, and revoked, since would be undone (--force does it all the same)`);
  }
}

function summary({ region, revision: at, takenAt }: BackupHeader): string {
  return `Backup of ${region} at index ${at}, taken ${takenAt}`;
}

function acting(act: (file: string, place: RestorePlace) => Promise<string>): (file: string, place: RestorePlace) => Promise<void> {
  return async (file, place) => {
    try {
      process.stdout.write(`${await act(resolve(file), place)}\n`);
    } catch (error) {
      failed(error);
    }
  };
}
