import { type Entry, keyOf, keyText, laterOf, NO_REVISION, type Revision } from '@mintmark/domain';
import { inParallel, Turns, type World } from '@mintmark/kit/lifecycle';
import { type Log, LogError, type LogHead, type LogReader, type SetAside, type TailBatch } from '@mintmark/log';
import { type Contact, ViewError } from '@mintmark/view';
import type { ReplicatorEvents, SetAsideBecause } from '../events.ts';
import { type Projector, seenBy } from './projector.ts';
import { newestPerKey, onWhatIsShown, take, type TakeDeps, tombstone, Unacceptable } from './take.ts';

/*
 * Brings the authority's global records into this region's log.
 *
 * L1  Per key the region's copy moves only forward through the authority's states (P3); across keys nothing is promised.
 * L2  The cursor moves over a batch only when all of it is in the region's log; a crash in between repeats the batch, and repeating is safe.
 * L3  A contact says `covered` only for what the region's view shows.
 * L4  Whoever starts from nothing, or behind purged tombstones, reads the complete listing and then deletes what it lacks (P13). It
 *     is not believed when its head is behind what this region has already seen, or while it is being written again.
 *     A log that ended before that once is listed again as soon as it does not: it has given the same revisions to something else.
 * L5  A region's log that was written again has what its view showed, and not all that was pulled: the cursor is given up with it.
 */

const WINDOW = 64;
const RETRY_MS = 250;
const DISTRUST_MS = 2_000;
const LOOK_MS = 1_000;
/** Steps of the cursor that may wait for the view. */
const MAX_UNSHOWN = 4_096;

export interface PullerDeps extends Pick<TakeDeps, 'signer' | 'verifier'> {
  readonly authority: string;
  readonly source: LogReader;
  readonly log: Log;
  readonly projector: Projector;
  readonly world: World;
  readonly events: ReplicatorEvents;
  /** The contact that the region's view remembers; `undefined` when it has none. */
  readonly remembered: (signal: AbortSignal) => Promise<Contact | undefined>;
}

/** How far the view covers the authority. */
export interface Shown {
  readonly incarnation: string;
  readonly covered: Revision;
}

/** How far the region's log covers the authority. */
export interface Cursor extends Shown {
  /** Everything of the authority up to `covered` is in the region's log at or below this local revision. */
  readonly local: Revision;
}

export class Puller {
  readonly #deps: PullerDeps;
  readonly #taking: TakeDeps;
  #cursor: Cursor | undefined;
  /** Incarnation of the region's log that the cursor speaks of. */
  #own: string | undefined;
  /** Whether the authority's log was seen to end before what this region has seen: what it gives out under those revisions from then on is something else. */
  #doubtful = false;
  /** Whether the complete listing is wanted (L4). */
  #relisting = false;
  readonly #turns = new Turns();
  /** Steps of the cursor that the view does not show yet, oldest first. */
  readonly #unshown: Cursor[] = [];
  #shown: Shown | undefined;
  #announced: Shown | undefined;
  #head = NO_REVISION;
  #heardAt = 0;
  #level: number | undefined;
  #setAside = 0;
  #refused = 0;
  #trouble: string | undefined;

  constructor(deps: PullerDeps) {
    const { log, world, projector, signer, verifier } = deps;
    this.#deps = deps;
    this.#taking = { log, world, seen: () => seenBy(projector), signer, verifier };
  }

  get setAside(): number {
    return this.#setAside;
  }

  /** Of those that were set aside: what nobody may believe (P10). */
  get refused(): number {
    return this.#refused;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** The authority's head as far as it is known. */
  get head(): Revision {
    return this.#head;
  }

  /** `undefined` while the region does not follow the authority: it was not reached yet, or is listed again. */
  get cursor(): Cursor | undefined {
    return this.#wasRewritten() ? undefined : this.#cursor;
  }

  get covered(): Revision {
    return this.#cursor?.covered ?? NO_REVISION;
  }

  get incarnation(): string | undefined {
    return this.#cursor?.incarnation;
  }

  /** Milliseconds since the epoch at which the authority was last heard of; 0 for never. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Milliseconds on the monotonic clock when the region last covered all that the authority was known to have. */
  get levelAt(): number | undefined {
    return this.#level;
  }

  /** What of the authority the view shows when it shows `applied` (L3); `undefined` where that is said of another log than the region's present one (L5). */
  shown(applied: Revision): Shown | undefined {
    if (this.#wasRewritten()) return undefined;
    while (this.#unshown[0] !== undefined && this.#unshown[0].local <= applied) this.#shown = this.#unshown.shift();
    return this.#shown;
  }

  /** What may be announced when the view shows `applied`. */
  contact(applied: Revision): Contact | undefined {
    const shown = this.shown(applied);
    if (shown === undefined || this.#heardAt === 0) return undefined;
    this.#announced = shown;
    return { region: this.#deps.authority, incarnation: shown.incarnation, covered: shown.covered, head: this.#head, at: this.#heardAt };
  }

  /** Resolves when there is more to announce than was announced last. */
  news(signal: AbortSignal): Promise<void> {
    return this.#deps.projector.until((state) => this.shown(state.applied) !== this.#announced, signal);
  }

  /** Reads the authority's complete listing again (L4). */
  relist(): void {
    this.#relisting = true;
  }

  /** Runs `work` while nothing of the authority is taken. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.run(work);
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#pull(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof LogError) && !(error instanceof ViewError)) throw error;
        if (error.code === 'compacted' || error.code === 'regressed') this.#cursor = undefined;
        if (error.code === 'regressed') this.#doubtful = true;
        this.#deps.events.interrupted({ loop: 'pull', error });
        await this.#deps.world.timers.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }

  /** Looks at the authority's head once a second, so that the region knows how far it is behind. Runs until the signal aborts. */
  async look(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const { revision } = await this.#deps.source.head({ signal });
        this.#head = laterOf(this.#head, revision);
        if (this.#cursor !== undefined && this.#cursor.covered >= revision) this.#level = this.#deps.world.clock.monotonic();
      } catch (error) {
        if (!signal.aborted && !(error instanceof LogError)) throw error;
      }
      await this.#deps.world.timers.sleep(LOOK_MS, signal).catch(() => undefined);
    }
  }

  async #pull(signal: AbortSignal): Promise<void> {
    await this.#deps.projector.until(({ incarnation }) => incarnation !== undefined, signal);
    this.#own ??= this.#deps.projector.state.incarnation;
    if (this.#wasRewritten()) this.#startOver();
    const head = await this.#deps.source.head({ signal });
    if (!head.complete) {
      this.#tell("the authority's log is being written again: nothing is taken from it");
      return this.#deps.world.timers.sleep(DISTRUST_MS, signal);
    }
    const known = this.#cursor ?? (await this.#remembered(signal));
    if (known !== undefined && head.revision < known.covered) {
      this.#doubtful = true;
      this.#tell(`the authority's log ends at ${head.revision}, but this region has seen ${known.covered}: nothing is taken from it`);
      await this.#deps.world.timers.sleep(DISTRUST_MS, signal);
      return;
    }
    this.#tell(undefined);
    const resumes = !this.#doubtful && !this.#relisting && known !== undefined && known.incarnation === head.incarnation && known.covered >= head.compacted;
    if (resumes) this.#cursor = known;
    this.#deps.projector.pullsFrom(head.incarnation);
    await this.#follow(head, resumes ? known : undefined, signal);
  }

  #wasRewritten(): boolean {
    return this.#deps.projector.state.incarnation !== this.#own;
  }

  #startOver(): void {
    this.#own = this.#deps.projector.state.incarnation;
    this.#cursor = undefined;
    this.#unshown.length = 0;
    this.#shown = undefined;
  }

  async #remembered(signal: AbortSignal): Promise<Cursor | undefined> {
    await this.#deps.projector.until((state) => state.ready, signal);
    const contact = await this.#deps.remembered(signal);
    if (contact === undefined || contact.region !== this.#deps.authority) return undefined;
    return { incarnation: contact.incarnation, covered: contact.covered, local: NO_REVISION };
  }

  async #follow(head: LogHead, resumed: Cursor | undefined, signal: AbortSignal): Promise<void> {
    const listing = resumed === undefined ? new Set<string>() : undefined;
    let complete = listing === undefined;
    const after = resumed?.covered ?? NO_REVISION;
    let local = resumed?.local ?? NO_REVISION;
    for await (const batch of this.#deps.source.tail({ after, scope: 'global', incarnation: head.incarnation, signal })) {
      if (this.#wasRewritten()) throw new LogError('regressed', "the region's log was written again");
      if (this.#relisting && complete) throw new LogError('compacted', 'the complete listing is wanted');
      const taken = await this.#turns.run(() => this.#takeAll(batch, head, signal));
      local = laterOf(local, taken);
      if (!complete) {
        for (const entry of batch.entries) listing?.add(keyText(entry.record));
        if (batch.through < head.revision) continue;
        local = laterOf(local, await this.#sweep(listing ?? new Set(), head, signal));
        complete = true;
        this.#doubtful = false;
        this.#relisting = false;
      }
      this.#advance({ incarnation: head.incarnation, covered: batch.through, local }, batch);
    }
  }

  #advance(cursor: Cursor, batch: TailBatch): void {
    const { clock } = this.#deps.world;
    this.#cursor = cursor;
    // A step that needs no more of the region's log than the one before takes its place; a view that stands still makes the steps coarser, not more.
    if (this.#unshown.length >= MAX_UNSHOWN || this.#unshown.at(-1)?.local === cursor.local) this.#unshown.pop();
    this.#unshown.push(cursor);
    this.#head = laterOf(this.#head, batch.through);
    this.#heardAt = clock.now();
    if (batch.through >= this.#head) this.#level = clock.monotonic();
    if (batch.entries.length > 0) this.#deps.events.pulled({ entries: batch.entries.length, through: batch.through });
    this.#deps.projector.nudge();
  }

  async #takeAll(batch: TailBatch, head: LogHead, signal: AbortSignal): Promise<Revision> {
    for (const aside of batch.setAside) this.#leaveOut({ why: 'unreadable', ...aside });
    const from = { region: this.#deps.authority, incarnation: head.incarnation };
    let local = NO_REVISION;
    await inParallel(newestPerKey(batch.entries), WINDOW, async (states) => {
      const taken = await this.#takeOne(states, from, signal);
      local = laterOf(local, taken);
    });
    return local;
  }

  async #takeOne(states: readonly Entry[], from: { region: string; incarnation: string }, signal: AbortSignal): Promise<Revision> {
    for (const entry of states) {
      try {
        return await take(this.#taking, entry, from, signal);
      } catch (error) {
        if (!(error instanceof Unacceptable)) throw error;
        this.#leaveOut({ why: error.why, revision: entry.revision, key: keyText(entry.record), problem: error.message });
      }
    }
    return NO_REVISION;
  }

  /** Deletes the region's copies of global records that the complete listing up to `head` does not have (L4). */
  async #sweep(listing: ReadonlySet<string>, head: LogHead, signal: AbortSignal): Promise<Revision> {
    const own = await this.#deps.log.head({ signal });
    const done = new AbortController();
    let local = NO_REVISION;
    let deleted = 0;
    for await (const batch of this.#deps.log.tail({ after: NO_REVISION, scope: 'global', signal: AbortSignal.any([signal, done.signal]) })) {
      for (const entry of batch.entries) {
        if (entry.revision > own.revision || !isOrphan(entry, listing, head)) continue;
        local = await this.#deleteOrphan(entry, local, signal);
        deleted += 1;
      }
      if (batch.through >= own.revision) done.abort();
    }
    this.#deps.events.reconciled({ listed: listing.size, deleted });
    return local;
  }

  async #deleteOrphan(entry: Entry, before: Revision, signal: AbortSignal): Promise<Revision> {
    const present = await this.#deps.log.get(keyOf(entry.record), { signal });
    if (present === undefined || present.revision !== entry.revision) return before;
    return this.#deps.log.append(await tombstone(this.#taking, entry), { key: entry.revision }, onWhatIsShown(this.#taking, signal));
  }

  #leaveOut(aside: SetAside & { readonly why: SetAsideBecause }): void {
    this.#setAside += 1;
    if (aside.why === 'refused') this.#refused += 1;
    this.#deps.events.setAside({ source: 'authority', ...aside });
  }

  #tell(trouble: string | undefined): void {
    if (this.#trouble !== trouble) this.#deps.events.trouble({ loop: 'pull', trouble });
    this.#trouble = trouble;
  }
}

/** A copy that the listing lacks, of a log that the listed one is or follows: one that was lost and made anew follows none (S2 of `restore.ts`). */
function isOrphan(entry: Entry, listing: ReadonlySet<string>, head: LogHead): boolean {
  const { record } = entry;
  if (record.deleted || listing.has(keyText(record))) return false;
  if (record.origin === undefined) return true;
  const { incarnation, revision } = record.origin;
  return revision <= (incarnation === head.incarnation ? head.revision : head.base);
}
