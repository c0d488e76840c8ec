import { type Entry, keyOf, type Kind, KINDS, laterOf, type LiveEntry, type MintRecord, NO_REVISION, type RecordKey, type Revision } from '@mintmark/domain';
import { LogError } from '@mintmark/log';
import type { View, Watermark } from '@mintmark/view';
import { CHANGING, type Comparison, comparisonOf, FINE, type Finding, notCompared } from './comparison.ts';
import { entriesAt } from './entries-at.ts';
import { type Fingerprint, fingerprintOf } from './fingerprint.ts';
import type { Keeper, Kept } from './keeper.ts';
import { rowOf } from '../row.ts';
import { newWriteId } from '../aside.ts';
import { type TakeDeps, tombstone } from '../take.ts';
import { Table } from './table.ts';

/*
 * Compares the region's view with its log, record by record, and repairs the one by the other (P1).
 *
 * V1  Both are read as they are: the log from its start, the view page by page, slowly enough to disturb nobody.
 * V2  A suspect is judged alone: the view is read first and then the log. A state of the log that the view's watermark of before covers must be what the view showed.
 * V3  Either is repaired by an append that says again what holds: it is folded and announced like any other, and the index grows.
 * V4  What the view shows and the log lacks was lost by the log, which purges tombstones only. An append that stands on what the view shows is refused by a log that
 *     lost its end: then the whole log is written again (S1 of `restore.ts`).
 * V5  Nothing is said again that nobody may believe, or that the view was not given (P10); where only the view has such a thing, it is ended.
 */

const PAGE = 500;
const PAUSE_MS = 100;
/** So much is looked at in one piece. */
const AT_ONCE = 10_000;
const MOST_SUSPECTS = 10_000;

export interface ShownDeps {
  readonly taking: TakeDeps;
  readonly view: View;
  readonly keeper: Keeper;
  /** Whether the entry of the log is one that the view was not given (P10). */
  readonly refused: (entry: Entry) => boolean;
  /** What becomes of a global record that the log has lost by whoever decides on it. */
  readonly decide: (shown: LiveEntry, signal: AbortSignal) => Promise<Decided>;
}

/** `say_again`: the view's word is good for now. */
export type Decided = 'written' | 'changing' | 'say_again';

interface Suspect {
  readonly kind: Kind;
  readonly id: string;
}

/** Throws `LogError` or `ViewError` where a store cannot be reached, or the view is not ready. */
export async function compareWithView(deps: ShownDeps, signal: AbortSignal): Promise<Comparison> {
  const { keeper, view } = deps;
  await keeper.reread(signal);
  const watermark = await view.watermark({ signal });
  await keeper.covers(watermark.revision, signal);
  const { kept } = keeper;
  if (kept === undefined || kept.incarnation !== watermark.source.incarnation || !watermark.ready) return notCompared('view', 'the view does not show the log yet');
  const seen = new Table();
  const found: Suspect[] = [];
  for (const kind of KINDS) await readKind(deps, kind, { kept, seen, found }, signal);
  found.push(...(await notSeen(deps, kept, seen, watermark.revision, signal)));
  const findings: Finding[] = [];
  for (const suspect of found.slice(0, MOST_SUSPECTS)) findings.push(await settle(deps, suspect, signal));
  return comparisonOf('view', kept.ledger.table.size, findings);
}

interface Reading {
  readonly kept: Kept;
  readonly seen: Table;
  readonly found: Suspect[];
}

async function readKind({ view, taking: { world } }: ShownDeps, kind: Kind, { kept, seen, found }: Reading, signal: AbortSignal): Promise<void> {
  let from: string | undefined;
  for (;;) {
    const { value: page, refused = [] } = await view.list(kind, { order: 'id', limit: PAGE, ...(from === undefined ? {} : { from }) }, { signal });
    found.push(...refused.map((id) => ({ kind, id })));
    for (const entry of page) {
      const print = fingerprintOf(entry as Entry);
      seen.put(print);
      if (entry.record.id !== from && !isSame(kept.ledger.table.find(print.mark), print)) found.push({ kind, id: entry.record.id });
    }
    if (page.length < PAGE) return;
    from = page.at(-1)?.record.id;
    await world.timers.sleep(PAUSE_MS, signal);
  }
}

function isSame(ours: Fingerprint | undefined, { exact, revision }: Fingerprint): boolean {
  return ours?.exact === exact && ours.revision === revision;
}

/** What the log has and the reading of the view did not come by. */
async function notSeen({ taking: { log, world } }: ShownDeps, { ledger, incarnation }: Kept, seen: Table, through: Revision, signal: AbortSignal): Promise<Suspect[]> {
  const missing: Revision[] = [];
  let looked = 0;
  for (const { mark, revision } of ledger.table.all()) {
    if (revision <= through && seen.find(mark) === undefined) missing.push(revision);
    if (missing.length === MOST_SUSPECTS) break;
    looked += 1;
    if (looked % AT_ONCE === 0) await world.timers.sleep(0, signal);
  }
  if (missing.length === 0) return [];
  const entries = await entriesAt(log, missing, { incarnation, signal });
  return [...entries.values()].map(({ record: { kind, id } }) => ({ kind, id }));
}

/** V2 */
async function settle(deps: ShownDeps, { kind, id }: Suspect, signal: AbortSignal): Promise<Finding> {
  const { view } = deps;
  const before = await view.watermark({ signal });
  const shown = await rowOf(view, kind, id, signal);
  const entry = await newestOf(deps, kind, id, signal);
  if (entry === 'unreadable' || (entry !== undefined && entry.revision > before.revision)) return CHANGING;
  if (entry === undefined) return shown === undefined || shown === 'unreadable' ? FINE : settleLost(deps, shown, before, signal);
  if (isAsWritten(shown, entry)) return FINE;
  const written = await sayAgain(deps, entry.record as MintRecord, entry.revision, before, signal);
  return finding(keyOf(entry.record), problemOf(shown, entry), written);
}

function isAsWritten(shown: LiveEntry | 'unreadable' | undefined, entry: Entry): boolean {
  if (shown === 'unreadable') return false;
  if (shown === undefined || entry.record.deleted) return shown === undefined && entry.record.deleted;
  return shown.revision === entry.revision && fingerprintOf(shown as Entry).exact === fingerprintOf(entry).exact;
}

function problemOf(shown: LiveEntry | 'unreadable' | undefined, { record }: Entry): string {
  if (shown === 'unreadable') return 'the view has something that cannot be read in its place';
  if (shown === undefined) return 'the view lacks it';
  return record.deleted ? 'the view shows it, though it was deleted' : 'the view shows something else';
}

/** V4. Where another region decides on the record, its word counts. */
async function settleLost(deps: ShownDeps, shown: LiveEntry, before: Watermark, signal: AbortSignal): Promise<Finding> {
  const { decide, taking } = deps;
  const { compacted } = await taking.log.head({ signal });
  if (compacted > before.revision) return CHANGING;
  const key = keyOf(shown.record);
  if ((await taking.verifier.judge(shown.record as MintRecord)) !== undefined) {
    const end = await tombstone(taking, shown as Entry);
    return finding(key, 'the view shows what nobody may believe', await sayAgain(deps, end, NO_REVISION, before, signal));
  }
  const decided = key.scope === 'local' ? 'say_again' : await decide(shown, signal);
  const written = decided === 'say_again' ? await sayAgain(deps, shown.record as MintRecord, NO_REVISION, before, signal) : decided === 'written';
  return finding(key, 'the log lacks it', written);
}

/** Of a global and a local record under one id the later counts. What is not to be believed is as good as unreadable. */
async function newestOf({ taking: { log, verifier }, refused }: ShownDeps, kind: Kind, id: string, signal: AbortSignal): Promise<Entry | 'unreadable' | undefined> {
  const get = async (key: RecordKey): Promise<Entry | 'unreadable' | undefined> => {
    try {
      const entry = await log.get(key, { signal });
      const bad = entry !== undefined && (refused(entry) || (await verifier.judge(entry.record as MintRecord)) !== undefined);
      return bad ? 'unreadable' : entry;
    } catch (error) {
      if (!(error instanceof LogError) || error.code !== 'unavailable') throw error;
      await log.head({ signal });
      return 'unreadable';
    }
  };
  const [global, local] = [await get({ scope: 'global', kind, id }), await get({ scope: 'local', kind, id })];
  if (global === 'unreadable' || local === 'unreadable') return 'unreadable';
  if (global === undefined || local === undefined) return global ?? local;
  return laterOf(global.revision, local.revision) === global.revision ? global : local;
}

/** V3. False where somebody else wrote it meanwhile. */
async function sayAgain({ taking: { log, world } }: ShownDeps, record: MintRecord, over: Revision, { source, revision }: Watermark, signal: AbortSignal): Promise<boolean> {
  try {
    await log.append({ ...record, writeId: newWriteId(world) } as MintRecord, { key: over }, { signal, seen: { incarnation: source.incarnation, revision } });
    return true;
  } catch (error) {
    if (error instanceof LogError && error.code === 'conflict') return false;
    throw error;
  }
}

function finding(key: RecordKey, problem: string, written: boolean): Finding {
  return written ? { kind: 'differs', key, problem, repaired: true } : CHANGING;
}
