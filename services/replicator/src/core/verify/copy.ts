import { type AuthorityBody, type Entry, keyOf, lastActive, type LiveEntry, type MintRecord, NO_REVISION, type RecordKey, type Revision } from '@mintmark/domain';
import { type LogReader, LogError } from '@mintmark/log';
import type { View } from '@mintmark/view';
import type { Cursor } from '../following.ts';
import type { Puller } from '../puller.ts';
import { isOneState, onWhatIsShown, replica, stays, type TakeDeps, Unacceptable, type Word } from '../take.ts';
import { CHANGING, type Comparison, comparisonOf, FINE, type Finding, notCompared } from './comparison.ts';
import { entriesAt } from './entries-at.ts';
import { saidBy } from './fingerprint.ts';
import type { Keeper } from './keeper.ts';
import type { DigestPeer } from './peer.ts';
import type { Decided } from './shown.ts';
import { chunks, type Suspect, type Suspects, suspects } from './suspects.ts';

/*
 * Compares the region's copy of global records with the authority's, and repairs it (P3, P13).
 *
 * C1  Digests only say where to look. What counts is read from both logs, and written with compare and set.
 * C2  Only states that the region covers are compared: what came to be after that is on its way.
 * C3  While something is repaired the puller takes nothing: a state that is brought back cannot pass the end that the authority has given it since.
 * C4  Nothing is deleted because the authority's ledger lacks it: its log has a tombstone, or its complete listing is read again (L4).
 * C5  Neither copy counts without a right signature (P10): what the authority's log has without one is not taken, and what the region's has is written over.
 * C6  What an authority before had decided, and this one never had, is not repaired but left to the puller, which sets it aside (ADR 9).
 */

/** So many are settled before the puller has its turn again. */
const AT_ONCE = 8;

export interface CopyDeps {
  /** The claim that the region follows when the comparison begins. */
  readonly authority: AuthorityBody;
  readonly source: LogReader;
  readonly peer: DigestPeer;
  readonly puller: Puller;
  readonly keeper: Keeper;
  readonly view: View;
  readonly taking: TakeDeps;
}

/** What a suspect is judged by. */
interface Ground {
  readonly deps: CopyDeps;
  readonly cursor: Cursor;
  /** The authority's ledger was that far. */
  readonly through: Revision;
  readonly signal: AbortSignal;
}

/** Throws `LogError`, `ViewError` or `Refusal` where a store or the authority cannot be reached. */
export async function compareWithAuthority(deps: CopyDeps, signal: AbortSignal): Promise<Comparison> {
  const { puller, keeper, peer } = deps;
  const cursor = puller.cursor;
  if (cursor === undefined) return notCompared('authority', 'the region is not level with the authority yet');
  await keeper.covers(cursor.local, signal);
  const { kept } = keeper;
  if (kept === undefined) return notCompared('authority', 'the log has not been read to its end yet');
  const looked = await suspects(kept.ledger, peer, signal);
  if (looked.incarnation !== cursor.incarnation) return notCompared('authority', "the authority's log is another than the region follows");
  if (looked.more) puller.relist();
  const findings = await settleAll({ deps, cursor, through: looked.through, signal }, looked);
  if (findings.some(isUnknownThere)) puller.relist();
  return comparisonOf('authority', looked.records, findings);
}

const UNKNOWN_THERE = 'the authority knows nothing of it: its complete listing is read again';

function isUnknownThere(finding: Finding): boolean {
  return finding.kind === 'differs' && finding.problem === UNKNOWN_THERE;
}

async function settleAll(ground: Ground, { found }: Suspects): Promise<Finding[]> {
  const due = found.filter(({ theirs }) => theirs === undefined || theirs.revision <= ground.cursor.covered);
  const findings: Finding[] = found.slice(due.length).map(() => CHANGING);
  for (const some of chunks(due, AT_ONCE)) {
    findings.push(...(await ground.deps.puller.alone((signal) => settle({ ...ground, signal }, some), ground.signal)));
  }
  return findings;
}

/** C3: while the puller stands still. */
async function settle(ground: Ground, some: readonly Suspect[]): Promise<Finding[]> {
  const { deps, cursor, signal } = ground;
  if (deps.puller.cursor?.incarnation !== cursor.incarnation) return some.map(() => CHANGING);
  const findings: Finding[] = [];
  const theirs = await entriesAt(deps.source, some.flatMap(({ theirs: print }) => print?.revision ?? []), { scope: 'global', incarnation: cursor.incarnation, signal });
  const ours = await entriesAt(deps.taking.log, some.flatMap((suspect) => (suspect.theirs === undefined ? suspect.ours.revision : [])), { scope: 'global', incarnation: deps.keeper.kept?.incarnation ?? '', signal });
  for (const suspect of some) {
    const there = suspect.theirs && theirs.get(suspect.theirs.revision);
    const here = suspect.theirs === undefined ? ours.get(suspect.ours.revision) : undefined;
    if (there !== undefined) findings.push(await settleTheirs(ground, there));
    else if (here !== undefined) findings.push(await settleOurs(ground, here));
    else findings.push(CHANGING);
  }
  return findings;
}

/** The authority has this state; the region seems not to. */
async function settleTheirs({ deps, cursor, through, signal }: Ground, there: Entry): Promise<Finding> {
  const key = keyOf(there.record);
  if (!(await isBelieved(deps, there))) return { kind: 'differs', key, problem: "nobody may believe what the authority's log has", repaired: false };
  const word = wordOf(deps, cursor);
  const { from } = word;
  const local = await readLocal(deps, key, signal);
  if (local === 'unreadable') return repaired(key, 'it cannot be read or believed', await overwrite(deps, replica(deps.taking, there, undefined, from), signal));
  const claims = originOf(local, cursor)?.revision ?? NO_REVISION;
  if (claims > there.revision && claims > through) return CHANGING;
  if (local !== undefined && !local.record.deleted && saidBy(local) === saidBy(there)) return FINE;
  if (local !== undefined && (await isAnothers(deps, local, there, word, signal))) return CHANGING;
  const copy = replica(deps.taking, there, local, from);
  const written = await write(deps, local === undefined ? await createdAsShown(deps, copy, signal) : copy, local?.revision ?? NO_REVISION, signal);
  return repaired(key, local === undefined || local.record.deleted ? 'it is missing' : 'it says something else', written);
}

/** The region has this record; the authority's ledger does not. */
async function settleOurs({ deps, cursor, through, signal }: Ground, here: Entry): Promise<Finding> {
  const key = keyOf(here.record);
  const origin = originOf(here, cursor);
  if (here.record.deleted || (origin !== undefined && origin.revision > through)) return CHANGING;
  const there = await deps.source.get(key, { signal });
  if (there === undefined) return { kind: 'differs', key, problem: UNKNOWN_THERE, repaired: false };
  if (!there.record.deleted || there.revision > cursor.covered || !(await isBelieved(deps, there))) return CHANGING;
  const word = wordOf(deps, cursor);
  if (await isAnothers(deps, here, there, word, signal)) return CHANGING;
  const end = replica(deps.taking, there, here, word.from);
  return repaired(key, 'the authority has deleted it', await write(deps, end, here.revision, signal));
}

/** What becomes of a copy that only the view has: what the authority says of it, or, where that knows nothing of it, the view's word until its complete listing is read (C3, C4). */
export function decideLost(deps: CopyDeps, { record }: LiveEntry, until: AbortSignal): Promise<Decided> {
  return deps.puller.alone(async (signal) => {
    const { cursor } = deps.puller;
    if (cursor === undefined) return 'changing';
    const key = keyOf(record);
    const there = await deps.source.get(key, { signal });
    if (there === undefined) {
      deps.puller.relist();
      return 'say_again';
    }
    const { incarnation } = cursor;
    const standing = there.revision <= cursor.covered && (await isBelieved(deps, there)) && (await entriesAt(deps.source, [there.revision], { scope: 'global', incarnation, signal })).has(there.revision);
    if (!standing) return 'changing';
    const copy = { ...replica(deps.taking, there, undefined, { region: lastActive(deps.authority), incarnation }), createIndex: record.createIndex } as MintRecord;
    return (await write(deps, copy, NO_REVISION, signal)) ? 'written' : 'changing';
  }, until);
}

async function isBelieved({ taking: { verifier } }: CopyDeps, { record }: Entry): Promise<boolean> {
  return (await verifier.judge(record as MintRecord)) === undefined;
}

function wordOf({ authority }: CopyDeps, { incarnation }: Pick<Cursor, 'incarnation'>): Word {
  return { from: { region: lastActive(authority), incarnation }, authority, listing: true };
}

/** Whether a state that is here was decided by an authority before, and stays in force (C6). The very state that the authority has, damaged or not, is none. */
async function isAnothers({ taking }: CopyDeps, local: Entry, there: Entry, word: Word, signal: AbortSignal): Promise<boolean> {
  if (word.authority.epoch === 0 || isOneState(taking, local, there, word)) return false;
  try {
    return await stays(taking, local, there, word, signal);
  } catch (error) {
    // What was put into the authority's log again is for its own region to write over.
    if (error instanceof Unacceptable) return true;
    throw error;
  }
}

function originOf(local: Entry | undefined, { incarnation }: Cursor) {
  const origin = local?.record.origin;
  return origin?.incarnation === incarnation ? origin : undefined;
}

async function readLocal({ taking: { log, verifier } }: CopyDeps, key: RecordKey, signal: AbortSignal): Promise<Entry | 'unreadable' | undefined> {
  try {
    const entry = await log.get(key, { signal });
    return entry === undefined || (await verifier.judge(entry.record as MintRecord)) === undefined ? entry : 'unreadable';
  } catch (error) {
    if (error instanceof LogError && error.code === 'unavailable') return 'unreadable';
    throw error;
  }
}

/** Replaces whatever stands under the key: a refused append says at which revision that is. */
async function overwrite(deps: CopyDeps, record: MintRecord, signal: AbortSignal): Promise<boolean> {
  try {
    await deps.taking.log.append(record, { key: NO_REVISION }, onWhatIsShown(deps.taking, signal));
    return true;
  } catch (error) {
    if (!(error instanceof LogError) || error.code !== 'conflict' || error.revision === undefined) throw error;
    if ((await readLocal(deps, keyOf(record), signal)) !== 'unreadable') return false;
    return write(deps, record, error.revision, signal);
  }
}

/** False where somebody else wrote it meanwhile. */
async function write({ taking }: CopyDeps, record: MintRecord, over: Revision, signal: AbortSignal): Promise<boolean> {
  try {
    await taking.log.append(record, { key: over }, onWhatIsShown(taking, signal));
    return true;
  } catch (error) {
    if (error instanceof LogError && error.code === 'conflict') return false;
    throw error;
  }
}

/** A record that only the log has lost keeps the createIndex that the view shows (P3). */
async function createdAsShown({ view }: CopyDeps, record: MintRecord, signal: AbortSignal): Promise<MintRecord> {
  const { value } = await view.get(record.kind, record.id, { signal });
  return value === undefined || value.record.scope !== record.scope ? record : ({ ...record, createIndex: value.record.createIndex } as MintRecord);
}

function repaired(key: RecordKey, problem: string, written: boolean): Finding {
  return written ? { kind: 'differs', key, problem, repaired: true } : CHANGING;
}
