import { type AuthorityBody, keyText, lastActive, laterOf, NO_REVISION, type Revision } from '@mintmark/domain';
import { deadline, Turns } from '@mintmark/kit/lifecycle';
import { type Log, LogError, type LogHead, type LogReader } from '@mintmark/log';
import { type Contact, ViewError } from '@mintmark/view';
import type { ReplicatorEvents } from '../events.ts';
import { Allegiance, type AllegianceDeps } from './allegiance.ts';
import { type Cursor, distrusted, handedTo, type Shown, whomOf } from './following.ts';
import { Intake } from './intake.ts';
import { Progress } from './progress.ts';
import { type ProjectorState, seenBy } from './projector.ts';
import { sweep } from './sweep.ts';
import type { TakeDeps } from './take.ts';

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

const RETRY_MS = 250;
const DISTRUST_MS = 2_000;
const LOOK_MS = 1_000;
/** How long the puller stands still for a comparison: milliseconds. */
const ALONE_WITHIN_MS = 5_000;

export interface PullerDeps extends Pick<TakeDeps, 'signer' | 'verifier' | 'keeper' | 'view'>, AllegianceDeps {
  /** Another region's log; `undefined` for one that is not known here. */
  readonly sourceOf: (region: string) => LogReader | undefined;
  readonly log: Log;
  readonly events: ReplicatorEvents;
}

export class Puller {
  readonly #deps: PullerDeps;
  readonly #allegiance: Allegiance;
  readonly #taking: TakeDeps;
  readonly #intake: Intake;
  readonly #progress: Progress;
  /** Whom the cursor speaks of, and since which epoch. */
  #followed: string | undefined;
  #carried = 0;
  /** Incarnation of the region's log that the cursor speaks of. */
  #own: string | undefined;
  /** Whether the authority's log was seen to end before what this region has seen: what it gives out under those revisions from then on is something else. */
  #doubtful = false;
  /** Whether the complete listing is wanted (L4). */
  #relisting = false;
  readonly #turns = new Turns();
  #announced: Shown | undefined;
  #trouble: string | undefined;

  constructor(deps: PullerDeps) {
    const { log, view, world, projector, keeper, region, signer, verifier } = deps;
    this.#deps = deps;
    this.#allegiance = new Allegiance(deps);
    const onSetAside: TakeDeps['onSetAside'] = ({ key, decided, held }) => deps.events.notHandedOver({ key, ...decided, held });
    this.#taking = { log, view, world, region, signer, verifier, keeper, seen: () => seenBy(projector), onSetAside };
    this.#intake = new Intake(this.#taking, deps.events);
    this.#progress = new Progress(world.clock);
  }

  /** See `Intake`. */
  get setAside(): number {
    return this.#intake.setAside;
  }

  /** See `Intake`. */
  get refused(): number {
    return this.#intake.refused;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** See `Progress`. */
  get head(): Revision {
    return this.#progress.head;
  }

  /** `undefined` while the region does not follow the authority: it was not reached yet, or is listed again. */
  get cursor(): Cursor | undefined {
    return this.#wasRewritten() || this.#followed !== whomOf(this.authority) ? undefined : this.#progress.cursor;
  }

  get covered(): Revision {
    return this.#progress.cursor?.covered ?? NO_REVISION;
  }

  get incarnation(): string | undefined {
    return this.#progress.cursor?.incarnation;
  }

  /** See `Progress`. */
  get heardAt(): number {
    return this.#progress.heardAt;
  }

  /** See `Progress`. */
  get levelAt(): number | undefined {
    return this.#progress.levelAt;
  }

  /** What of the authority the view shows when it shows `applied` (L3); `undefined` where that is said of another log than the region's present one (L5). */
  shown(applied: Revision): Shown | undefined {
    if (this.#wasRewritten() || this.#followed !== whomOf(this.authority)) return undefined;
    return this.#progress.shownAt(applied);
  }

  /** What may be announced when the view shows `applied`. */
  contact(applied: Revision): Contact | undefined {
    const shown = this.shown(applied);
    this.#announced = shown;
    if (shown === undefined || this.heardAt === 0) return undefined;
    return { region: lastActive(this.authority), incarnation: shown.incarnation, covered: shown.covered, head: this.head, at: this.heardAt };
  }

  /** What is taken is written with. */
  get taking(): TakeDeps {
    return this.#taking;
  }

  /** The newest claim to be the authority that this region's log has. */
  get authority(): AuthorityBody {
    return this.#allegiance.authority;
  }

  /** Resolves when there is more to announce than was announced last. */
  news(signal: AbortSignal): Promise<void> {
    return this.#deps.projector.until((state) => this.shown(state.applied) !== this.#announced, signal);
  }

  /** Reads the authority's complete listing again (L4). */
  relist(): void {
    this.#relisting = true;
  }

  /**
   * Runs `work` while nothing of the authority is taken (C3). Its signal aborts after `ALONE_WITHIN_MS`, and when another region is the authority: what is
   * repaired must not keep the region from what is decided. Throws `LogError` `unavailable` then, or the signal's reason.
   */
  alone<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#turns.run(async () => {
      const { authority } = this;
      using bound = deadline(this.#deps.world.timers, ALONE_WITHIN_MS, signal);
      const over = new AbortController();
      const within = AbortSignal.any([bound.signal, over.signal]);
      const replaced = this.#allegiance.replaced(authority, within).then(() => over.abort(), () => undefined);
      try {
        return await work(within);
      } catch (error) {
        if (signal.aborted || !within.aborted) throw error;
        throw new LogError('unavailable', 'the comparison took too long, or another region is the authority now', { cause: error });
      } finally {
        over.abort();
        await replaced;
      }
    }, signal);
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#pull(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof LogError) && !(error instanceof ViewError)) throw error;
        if (error.code === 'compacted' || error.code === 'regressed') this.#progress.lose();
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
        const from = lastActive(this.authority);
        const source = from === this.#deps.region ? undefined : this.#deps.sourceOf(from);
        const head = await source?.head({ signal });
        if (head !== undefined && from === lastActive(this.authority)) this.#progress.looked(head.revision);
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
    if (this.#deps.projector.state.claimRefused) return this.#distrust('nobody may believe who is said to be the authority: nothing is taken', signal);
    const authority = this.#turned();
    const from = lastActive(authority);
    if (from === this.#deps.region || (await this.#allegiance.hasAll(authority, (revision) => this.#isShown(revision), signal))) {
      this.#tell(undefined);
      return this.#allegiance.rest(authority, signal);
    }
    const source = this.#deps.sourceOf(from);
    if (source === undefined) {
      this.#tell(`the log of ${from}, which is the authority, is not configured here`);
      return this.#deps.world.timers.sleep(DISTRUST_MS, signal);
    }
    this.#carried = this.#deps.projector.state.carried;
    const over = new AbortController();
    const changed = this.#deps.projector.until((state) => this.#isOver(authority, state), AbortSignal.any([signal, over.signal])).then(() => over.abort(), () => undefined);
    try {
      await this.#pullFrom(source, authority, AbortSignal.any([signal, over.signal]));
    } catch (error) {
      if (signal.aborted || !over.signal.aborted) throw error;
    } finally {
      over.abort();
      await changed;
      // Something that was set aside is in force at the authority now: what it says of it has to be looked at again.
      if (this.#deps.projector.state.carried !== this.#carried) this.#doubtful = true;
    }
  }

  async #pullFrom(source: LogReader, authority: AuthorityBody, signal: AbortSignal): Promise<void> {
    const from = lastActive(authority);
    const head = await source.head({ signal });
    const problem = distrusted(head, authority);
    if (problem !== undefined) return this.#distrust(problem, signal);
    const known = this.#progress.cursor ?? (await this.#allegiance.remembered(authority, signal));
    if (known !== undefined && head.revision < known.covered) {
      this.#doubtful = true;
      return this.#distrust(`the authority's log ends at ${head.revision}, but this region has seen ${known.covered}: nothing is taken from it`, signal);
    }
    this.#tell(undefined);
    const resumes = !this.#doubtful && !this.#relisting && known !== undefined && known.incarnation === head.incarnation && known.covered >= head.compacted;
    if (resumes) this.#progress.resume(known);
    else if (this.#progress.cursor === undefined && authority.epoch > 0) await this.#allegiance.begin(from, head, signal);
    this.#deps.projector.pullsFrom(head.incarnation);
    await this.#follow(source, { head, resumed: resumes ? known : undefined, authority }, signal);
  }

  async #distrust(problem: string, signal: AbortSignal): Promise<void> {
    this.#tell(problem);
    await this.#deps.world.timers.sleep(DISTRUST_MS, signal);
  }

  /** The authority; where it is another one than before nothing of the cursor counts any more (L6). */
  #turned(): AuthorityBody {
    const { authority } = this;
    const followed = whomOf(authority);
    if (this.#followed !== undefined && this.#followed !== followed) {
      this.#startOver();
      this.#progress.turn();
      this.#doubtful = false;
    }
    this.#followed = followed;
    return authority;
  }

  #isShown(revision: Revision): boolean {
    const shown = this.shown(this.#deps.projector.state.applied);
    return shown !== undefined && shown.covered >= revision;
  }

  #isOver(authority: AuthorityBody, state: ProjectorState): boolean {
    const handed = handedTo(authority, this.#deps.region);
    return state.claimRefused || this.#allegiance.isReplaced(authority, state) || (handed !== undefined && this.#isShown(handed.from.revision)) || state.carried !== this.#carried;
  }

  #wasRewritten(): boolean {
    return this.#deps.projector.state.incarnation !== this.#own;
  }

  #startOver(): void {
    this.#own = this.#deps.projector.state.incarnation;
    this.#progress.startOver();
  }

  async #follow(source: LogReader, { head, resumed, authority }: { readonly head: LogHead; readonly resumed: Cursor | undefined; readonly authority: AuthorityBody }, signal: AbortSignal): Promise<void> {
    const listing = resumed === undefined ? new Set<string>() : undefined;
    let complete = listing === undefined;
    const after = resumed?.covered ?? NO_REVISION;
    const from = { region: lastActive(authority), incarnation: head.incarnation };
    let local = resumed?.local ?? NO_REVISION;
    for await (const batch of source.tail({ after, scope: 'global', incarnation: head.incarnation, signal })) {
      if (this.#wasRewritten()) throw new LogError('regressed', "the region's log was written again");
      if (this.#relisting && complete) throw new LogError('compacted', 'the complete listing is wanted');
      const taken = await this.#turns.run(() => this.#intake.take(batch, { from, authority, listing: !complete }, signal), signal);
      local = laterOf(local, taken);
      if (!complete) {
        for (const entry of batch.entries) listing?.add(keyText(entry.record));
        if (batch.through < head.revision) continue;
        const swept = await sweep(this.#taking, { listing: listing ?? new Set(), word: { from, authority, listing: true }, head }, signal);
        this.#deps.events.reconciled({ listed: listing?.size ?? 0, deleted: swept.deleted });
        local = laterOf(local, swept.local);
        complete = true;
        this.#doubtful = false;
        this.#relisting = false;
      }
      this.#progress.advance({ incarnation: head.incarnation, covered: batch.through, local });
      if (batch.entries.length > 0) this.#deps.events.pulled({ entries: batch.entries.length, through: batch.through });
      this.#deps.projector.nudge();
    }
  }

  #tell(trouble: string | undefined): void {
    if (this.#trouble !== trouble) this.#deps.events.trouble({ loop: 'pull', trouble });
    this.#trouble = trouble;
  }
}
