import { encodeRecord } from '@mintmark/contract';
import { type AuthorityBody, type Decided, decidedAt, type Entry, isOlder, keyOf, keyText, type MintRecord, NO_REVISION, type Origin, type RecordKey, type Revision, wasHandedOver } from '@mintmark/domain';
import { type AppendOptions, LogError, type Seen } from '@mintmark/log';
import type { View } from '@mintmark/view';
import { type AsideDeps, newWriteId, setAside } from './aside.ts';
import { rowOf } from './row.ts';
import type { Keeper } from './verify/keeper.ts';

/** A record that this region cannot hold; it is set aside and the others go on (P12). */
export class Unacceptable extends Error {
  readonly why: 'refused' | 'unfit';

  constructor(why: 'refused' | 'unfit', problem: string) {
    super(problem);
    this.name = 'Unacceptable';
    this.why = why;
  }
}

export interface TakeDeps extends AsideDeps {
  readonly region: string;
  readonly keeper: Pick<Keeper, 'under'>;
  readonly view: View;
  /** What the region's view shows: a log that is another, or shorter, takes nothing. `undefined` where that is not known yet. */
  readonly seen: () => Seen | undefined;
}

/** Whose word is taken. */
export interface Word {
  /** Its log. */
  readonly from: Omit<Origin, 'revision'>;
  readonly authority: AuthorityBody;
  /** Whether this is the first time that all it has is compared with all that is here, rather than news. */
  readonly listing: boolean;
}

const MAX_ATTEMPTS = 20;

/**
 * Appends the authority's newest state of one key to this region's log, unless the region has it or a later one already (P3). Returns the
 * local revision that shows it; 0 where nothing had to be written. Safe to repeat: an append whose outcome is unknown is read back.
 */
export async function take(deps: TakeDeps, entry: Entry, word: Word, signal: AbortSignal): Promise<Revision> {
  const { record } = entry;
  if (record.scope !== 'global') throw new Unacceptable('unfit', 'a local record of another region');
  const forged = await deps.verifier.judge(record as MintRecord);
  if (forged !== undefined) throw new Unacceptable('refused', forged);
  const under = deps.keeper.under(record.kind, record.id);
  // What seems to be new here is nearly always so: the append itself finds out.
  let assumedNew = !record.deleted && under === 'nothing';
  for (let attempt = 1; ; attempt += 1) {
    const local = assumedNew ? undefined : await deps.log.get(keyOf(record), { signal });
    assumedNew = false;
    try {
      if (local !== undefined && (await stays(deps, local, entry, word, signal))) return local.revision;
      if (record.deleted && (local === undefined ? !(await isShown(deps, keyOf(record), signal)) : local.record.deleted)) return NO_REVISION;
      if (!record.deleted && (under === 'local' || under === undefined)) await giveWay(deps, keyOf(record), signal);
      return await deps.log.append(replica(deps, entry, local, word.from), { key: local?.revision ?? NO_REVISION }, onWhatIsShown(deps, signal));
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      if (error.code === 'too_large') throw new Unacceptable('unfit', 'too large for this region');
      if ((error.code !== 'conflict' && error.code !== 'outcome_unknown') || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** Whether the view shows a global record that the log lacks: somebody has taken it out of the log, and it ends all the same. */
async function isShown({ view }: TakeDeps, { kind, id }: RecordKey, signal: AbortSignal): Promise<boolean> {
  const row = await rowOf(view, kind, id, signal);
  return row === 'unreadable' || row?.record.scope === 'global';
}

/** States by their keys, the newest first: only that one is worth taking, unless it is not to be believed. */
export function newestPerKey(entries: readonly Entry[]): (readonly Entry[])[] {
  return [...Map.groupBy(entries.toReversed(), (entry) => keyText(entry.record)).values()];
}

/** Where the state of a record that stands in this region's log was decided. */
export function decidedOf({ region, seen }: TakeDeps, { record, revision }: Entry): Decided {
  return decidedAt(record as MintRecord, revision, { region, incarnation: seen()?.incarnation ?? '' });
}

/** Whether a record here is a copy of what the authority has, or was. */
export function isOneState(deps: TakeDeps, local: Entry, entry: Entry, { from }: Word): boolean {
  const [mine, theirs] = [decidedOf(deps, local), decidedAt(entry.record as MintRecord, entry.revision, from)];
  return mine.region === theirs.region && mine.incarnation === theirs.incarnation && mine.revision === theirs.revision;
}

/**
 * Whether what the region has counts, and not what the authority says here. Its copy says so by its signature, not by its origin, which whoever can write to the region's
 * log may choose; a copy that nobody may believe covers nothing. What the authority cannot have had is set aside (ADR 9). Throws `Unacceptable` for a state
 * that it cannot have written after the region's (P10).
 */
export async function stays(deps: TakeDeps, local: Entry, entry: Entry, { from, authority, listing }: Word, signal: AbortSignal): Promise<boolean> {
  if ((await deps.verifier.judge(local.record as MintRecord)) !== undefined) return false;
  const mine = decidedOf(deps, local);
  // Nobody has decided the end of what was missing: it may come back, and where in that log it was missing says when.
  const missed = local.record.deleted && local.record.signature?.key === deps.signer.key;
  if (missed) return mine.region === from.region && mine.incarnation === from.incarnation && mine.revision >= entry.revision;
  const theirs = decidedAt(entry.record as MintRecord, entry.revision, from);
  const oneLog = mine.region === theirs.region && mine.incarnation === theirs.incarnation;
  const same = local.record.signature?.value === entry.record.signature?.value;
  if (oneLog && same) return true;
  const later = mine.epoch > theirs.epoch || (oneLog && !isOlder(local.record, entry.record));
  const had = authority.epoch === 0 || wasHandedOver(authority, mine);
  // What the authority was handed over it may have lost with its log, as in any epoch.
  const lost = later && listing && authority.epoch > 0 && from.incarnation !== authority.incarnation;
  if (had && !lost) {
    if (later && oneLog && theirs.revision > mine.revision) {
      throw new Unacceptable('refused', `it is signed at ${entry.record.signature?.stamp ?? 0}, but one of ${local.record.signature?.stamp ?? 0} was there before it`);
    }
    return later;
  }
  if (saysTheSame(local, entry) && (local.record.deleted || !isOlder(entry.record, local.record))) return false;
  return setAside(deps, local, mine, entry, onWhatIsShown(deps, signal));
}

function saysTheSame(a: Entry, b: Entry): boolean {
  return contentOf(a).equals(contentOf(b));
}

/** A record without who says it, and what differs from region to region. */
function contentOf({ record }: Entry): Buffer {
  const { origin: _, epoch: __, signature: ___, ...rest } = record as MintRecord;
  return Buffer.from(encodeRecord({ ...rest, createIndex: NO_REVISION, writeId: '' } as MintRecord));
}

/** What the region's log is to say of the authority's state, after what it says now. */
export function replica(deps: TakeDeps, entry: Entry, local: Entry | undefined, from: Word['from']): MintRecord {
  const createIndex = local === undefined || local.record.deleted ? NO_REVISION : local.record.createIndex;
  const { epoch: _, ...origin } = decidedAt(entry.record as MintRecord, entry.revision, from);
  return { ...entry.record, createIndex, writeId: newWriteId(deps.world), origin } as MintRecord;
}

/** A local record under the id of a global one gives way: the authority's word counts in every region. */
async function giveWay(deps: TakeDeps, key: RecordKey, signal: AbortSignal): Promise<void> {
  const local = await deps.log.get({ ...key, scope: 'local' }, { signal });
  if (local === undefined || local.record.deleted) return;
  await deps.log.append(await tombstone(deps, local), { key: local.revision }, onWhatIsShown(deps, signal));
}

/** A log that lost its end must not be written on: the view would be taken to show what it has never seen (L3 of the puller). */
export function onWhatIsShown({ seen }: TakeDeps, signal: AbortSignal): AppendOptions {
  const shown = seen();
  return shown === undefined ? { signal } : { signal, seen: shown };
}

/** The end of what an entry says; `by`: in whose word it is missing. */
export async function tombstone(deps: TakeDeps, entry: Entry, by?: Decided): Promise<MintRecord> {
  const { kind, id, scope, createIndex, origin, epoch } = entry.record;
  const believed = (await deps.verifier.judge(entry.record as MintRecord)) === undefined;
  const known = believed ? { origin, epoch } : { origin: undefined, epoch: undefined };
  const said = by === undefined ? known : { origin: { region: by.region, incarnation: by.incarnation, revision: by.revision }, epoch: by.epoch };
  const end = {
    ...{ kind, id, scope, deleted: true, createIndex, writeId: newWriteId(deps.world) },
    ...(said.origin === undefined ? {} : { origin: said.origin }),
    ...(said.epoch === undefined || said.epoch === 0 ? {} : { epoch: said.epoch }),
  } as MintRecord;
  // Just after what it ends, by no clock: whatever the authority says next is later.
  return deps.signer.sign(end, believed ? (entry.record as MintRecord) : undefined, 0);
}
