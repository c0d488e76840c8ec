import { decodeRecord, MalformedRecord } from '@mintmark/contract';
import { type Entry, laterOf, NO_REVISION, type Scope } from '@mintmark/domain';
import { LogError, type SetAside, type TailBatch, type TailOptions } from '../log.ts';
import type { Bell } from './bell.ts';
import type { Marks, Store, Stored } from './store.ts';

export interface TailSource {
  readonly store: Store;
  /** Rings after each commit, and when the log closes. */
  readonly bell: Bell;
  /** Throws `closed` once the log is closed. */
  checkOpen(): void;
}

/** Half of what the port allows. */
const MARK_MS = 1_000;

/**
 * Reads the log whenever the reader asks, one stretch at a time, and waits for the bell when there is nothing: between two steps a tail holds
 * its position and nothing else, however slow its reader is.
 *
 * A purged tombstone is missed by a reader that was given the record before. One that starts at 0 is given nothing that was deleted
 * before it started: it can miss only tombstones above the head of that moment, any other those above its position.
 */
export async function* tailOf({ store, bell, checkOpen }: TailSource, options: TailOptions): AsyncGenerator<TailBatch, undefined> {
  const { signal, scope, incarnation, withoutPurged = false } = options;
  let at = options.after;
  let safe = at;
  let due = true;
  while (!signal.aborted) {
    checkOpen();
    const { marks } = store;
    if (incarnation !== undefined && incarnation !== store.identity.incarnation) throw otherLog(store, incarnation, marks);
    if (at > marks.head) throw new LogError('regressed', `the log ends at ${marks.head}, before ${at}`, { revision: marks.head });
    safe = at === NO_REVISION ? marks.head : laterOf(at, safe);
    if (marks.compacted > safe && !withoutPurged) throw purgedSince(at, marks);
    const { entries, more } = store.between(at, marks.head);
    const through = laterOf(at, more ? (entries.at(-1)?.revision ?? at) : marks.head);
    if (due || through > at) {
      at = through;
      due = false;
      yield batchOf(entries, scope, through);
    } else {
      due = !(await bell.wait(MARK_MS, signal));
    }
  }
  return undefined;
}

/** Reads one entry. Throws `MalformedRecord`. */
export function entryOf({ revision, bytes }: Stored): Entry {
  return { revision, record: decodeRecord(bytes, revision) };
}

function batchOf(stretch: readonly Stored[], scope: Scope | undefined, through: TailBatch['through']): TailBatch {
  const prefix = scope === undefined ? '' : scope === 'global' ? 'g.' : 'l.';
  const entries: Entry[] = [];
  const setAside: SetAside[] = [];
  for (const stored of stretch) {
    if (!stored.key.startsWith(prefix)) continue;
    try {
      entries.push(entryOf(stored));
    } catch (error) {
      if (!(error instanceof MalformedRecord)) throw error;
      setAside.push({ revision: stored.revision, key: stored.key, problem: error.message });
    }
  }
  return { entries, through, setAside };
}

function otherLog({ identity }: Store, seen: string, { head }: Marks): LogError {
  return new LogError('regressed', `this is incarnation ${identity.incarnation}, not ${seen}`, { revision: head });
}

function purgedSince(at: TailOptions['after'], { compacted }: Marks): LogError {
  return new LogError('compacted', `tombstones after ${at}, up to ${compacted}, may be purged`, { revision: compacted });
}
