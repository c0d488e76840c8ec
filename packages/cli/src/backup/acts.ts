import { type Entry, formatTime, instantOf, type Revision, revision } from '@mintmark/domain';
import { systemWorld } from '@mintmark/kit/lifecycle';
import type { LogHead } from '@mintmark/log';
import type { Environment } from '../environment.ts';
import { table } from '../output/table.ts';
import { everythingIn, lastOfEach } from './everything.ts';
import { type BackupHeader, headerOf, readBackup, writeBackup } from './file.ts';
import { openSealer, openStore, type Place } from './store.ts';

/** The restored log begins this far above everything that is known to have been given out. */
const CLEARANCE = 1_000_000;

export interface RestorePlace extends Place {
  readonly force?: true;
}

/** Writes everything in a region's log to a file; returns what to tell. */
export async function backup(file: string, place: Place, env: Environment): Promise<string> {
  await using store = await openStore(place, env);
  const head = await store.log.head();
  if (!head.complete) throw new Error('the log is being written again: try it when that is over');
  const header = { region: store.region, incarnation: head.incarnation, revision: head.revision, takenAt: formatTime(instantOf(systemWorld.clock.now())) };
  const records = await writeBackup(file, header, everythingIn(store.log, head), store.sealer);
  return `${records} records of ${store.region} up to index ${head.revision} are in ${file}`;
}

/** Reads a backup to its end; returns what is in it. */
export async function verify(file: string, place: Place, env: Environment): Promise<string> {
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

/** Puts a backup in the place of a region's log; returns what to tell. */
export async function restore(file: string, place: RestorePlace, env: Environment): Promise<string> {
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
