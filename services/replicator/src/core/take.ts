import { type Entry, keyOf, keyText, type MintRecord, NO_REVISION, type Origin, type RecordKey, type Revision } from '@mintmark/domain';
import type { World } from '@mintmark/kit/lifecycle';
import { contentDigest, type RecordSigner, type RecordVerifier } from '@mintmark/keys/records';
import { type AppendOptions, type Log, LogError, type Seen } from '@mintmark/log';

/** A record that this region cannot hold; it is set aside and the others go on (P12). */
export class Unacceptable extends Error {
  readonly why: 'refused' | 'unfit';

  constructor(why: 'refused' | 'unfit', problem: string) {
    super(problem);
    this.name = 'Unacceptable';
    this.why = why;
  }
}

export interface TakeDeps {
  readonly log: Log;
  readonly world: World;
  /** Signs the end of what the authority does not have any more: a replicator's key signs nothing else. */
  readonly signer: RecordSigner;
  readonly verifier: RecordVerifier;
  /** What the region's view shows: a log that is another, or shorter, takes nothing. `undefined` where that is not known yet. */
  readonly seen: () => Seen | undefined;
}

const MAX_ATTEMPTS = 20;

/**
 * Appends the authority's newest state of one key to this region's log, unless the region has it or a later one already (P3). Returns the
 * local revision that shows it; 0 where nothing had to be written. Safe to repeat: an append whose outcome is unknown is read back.
 */
export async function take(deps: TakeDeps, entry: Entry, from: Omit<Origin, 'revision'>, signal: AbortSignal): Promise<Revision> {
  const { record } = entry;
  if (record.scope !== 'global') throw new Unacceptable('unfit', 'a local record of another region');
  const forged = await deps.verifier.judge(record as MintRecord);
  if (forged !== undefined) throw new Unacceptable('refused', forged);
  // What the authority has just created is nearly always new here too: the append itself finds out.
  let assumedNew = !record.deleted && record.createIndex === NO_REVISION;
  for (let attempt = 1; ; attempt += 1) {
    const local = assumedNew ? undefined : await deps.log.get(keyOf(record), { signal });
    assumedNew = false;
    if (local !== undefined && (await covers(deps, local, entry, from))) return local.revision;
    if (record.deleted && (local === undefined || local.record.deleted)) return NO_REVISION;
    try {
      if (!record.deleted) await giveWay(deps, keyOf(record), signal);
      return await deps.log.append(replica(deps, entry, local, from), { key: local?.revision ?? NO_REVISION }, onWhatIsShown(deps, signal));
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      if (error.code === 'too_large') throw new Unacceptable('unfit', 'too large for this region');
      if ((error.code !== 'conflict' && error.code !== 'outcome_unknown') || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** States by their keys, the newest first: only that one is worth taking, unless it is not to be believed. */
export function newestPerKey(entries: readonly Entry[]): (readonly Entry[])[] {
  return [...Map.groupBy(entries.toReversed(), (entry) => keyText(entry.record)).values()];
}

/**
 * Whether the region has the state, or a later one of the same log. Its copy says so by its signature, not by its origin, which whoever can write to the region's log
 * may choose; a copy that nobody may believe covers nothing. Throws `Unacceptable` for a state that the authority cannot have written after the region's (P10).
 */
async function covers(deps: TakeDeps, local: Entry, entry: Entry, from: Omit<Origin, 'revision'>): Promise<boolean> {
  const { origin, signature } = local.record;
  if (origin?.incarnation !== from.incarnation || (await deps.verifier.judge(local.record as MintRecord)) !== undefined) return false;
  const [stamp, last] = [entry.record.signature?.stamp ?? 0, signature?.stamp ?? 0];
  if (stamp > last) return false;
  if (entry.revision <= origin.revision || contentDigest(entry.record as MintRecord) === contentDigest(local.record as MintRecord)) return true;
  throw new Unacceptable('refused', `it is signed at ${stamp}, but one of ${last} was there before it`);
}

/** What the region's log is to say of the authority's state, after what it says now. */
export function replica(deps: TakeDeps, entry: Entry, local: Entry | undefined, from: Omit<Origin, 'revision'>): MintRecord {
  const createIndex = local === undefined || local.record.deleted ? NO_REVISION : local.record.createIndex;
  return { ...entry.record, createIndex, writeId: newWriteId(deps.world), origin: { ...from, revision: entry.revision } } as MintRecord;
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

/** The end of what an entry says. */
export async function tombstone(deps: TakeDeps, entry: Entry): Promise<MintRecord> {
  const { kind, id, scope, createIndex, origin } = entry.record;
  const end = { kind, id, scope, deleted: true, createIndex, writeId: newWriteId(deps.world), ...(origin === undefined ? {} : { origin }) } as MintRecord;
  const believed = (await deps.verifier.judge(entry.record as MintRecord)) === undefined;
  // Just after what it ends, by no clock: whatever the authority says next is later.
  return deps.signer.sign(end, believed ? (entry.record as MintRecord) : undefined, 0);
}

export function newWriteId({ random }: World): string {
  return Buffer.from(random.bytes(16)).toString('base64url');
}
