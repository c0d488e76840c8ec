import { MalformedRecord } from '@mintmark/contract';
import { AUTHORITY_KEY, type AuthorityBody, distrusted, type Entry, laterOf, liveOf, NO_REVISION, type MintRecord, parseKey, type Revision } from '@mintmark/domain';
import type { RecordSigner, RecordVerifier } from '@mintmark/keys/records';
import { Waiters, type World } from '@mintmark/kit/lifecycle';
import { type Log, LogError, type LogHead, type Seen, type TailBatch } from '@mintmark/log';
import { type Contact, type View, ViewError, type Watermark } from '@mintmark/view';
import type { ReplicatorEvents } from '../events.ts';
import { judge, restoreLog } from './restore.ts';
import { Sieve } from './sieve.ts';
import type { Keeper } from './verify/keeper.ts';

/*
 * Folds the region's log into the region's view.
 *
 * J1  The view moves only by `apply` from its own watermark; on any doubt the watermark is read again, never assumed.
 * J2  A view of a log that the present one follows, or one that is behind purged tombstones, is folded again from the start under a new epoch.
 * J3  A log that is the worse store (S1) is written again from the view, and then folded. It must have looked like that twice, a second apart:
 *     nothing is given up by a passing look. Meanwhile the trouble is told, and writes, which stand on the view, are refused.
 * J4  The view is ready from the first moment at which it shows a head that the log had after the fold began.
 * J5  A record that cannot be read leaves nothing behind it in the view: the state that it replaced is not shown any more, as it would not be after
 *     another fold. What was revoked by it must not live on (P2, P12). So it is with a record that nobody may believe (`sieve.ts`).
 */

const RETRY_MS = 200;
const HEARTBEAT_MS = 1_000;

export interface ProjectorState {
  readonly epoch: string | undefined;
  readonly incarnation: string | undefined;
  readonly applied: Revision;
  readonly head: Revision;
  readonly ready: boolean;
  readonly setAside: number;
  /** Records that no issuer has signed, or that were replaced before (P10). */
  readonly refused: number;
  /** The newest claim in the log; `undefined` where there is none. */
  readonly claim: AuthorityBody | undefined;
  /** Whether the log has one after that which nobody may believe: then the region follows nobody (P10). */
  readonly claimRefused: boolean;
  /** How many states that are set aside were seen to be carried over. */
  readonly carried: number;
  readonly trouble: string | undefined;
}

export interface ProjectorDeps {
  readonly region: string;
  readonly log: Log;
  readonly view: View;
  readonly verifier: RecordVerifier;
  readonly signer: RecordSigner;
  /** Is given what the projector is given. */
  readonly keeper: Pick<Keeper, 'feed' | 'lacks'>;
  readonly world: World;
  readonly events: ReplicatorEvents;
}

/** What the projector announces with each sign of life; `undefined` for none. */
export type ContactSource = (applied: Revision) => Contact | undefined;

export class Projector {
  readonly #deps: ProjectorDeps;
  readonly #waiters = new Waiters();
  readonly #sieve: Sieve;
  /** What was found wrong with the log, and has to be found again before it is given up (J3). */
  #suspicion: string | undefined;
  /** The incarnation that a reader found changed behind his back. */
  #mistrusted: string | undefined;
  #state: ProjectorState = {
    epoch: undefined,
    incarnation: undefined,
    applied: NO_REVISION,
    head: NO_REVISION,
    ready: false,
    setAside: 0,
    refused: 0,
    claim: undefined,
    claimRefused: false,
    carried: 0,
    trouble: undefined,
  };

  constructor(deps: ProjectorDeps) {
    this.#deps = deps;
    this.#sieve = new Sieve({ ...deps, isOwn: ({ signature }) => signature?.key === deps.signer.key });
  }

  get state(): ProjectorState {
    return this.#state;
  }

  /** Resolves once `holds`, asked again after each step; rejects with the signal's reason when it aborts first. */
  until(holds: (state: ProjectorState) => boolean, signal: AbortSignal): Promise<void> {
    return this.#waiters.until(() => holds(this.#state), signal);
  }

  /** See `Sieve`. */
  pullsFrom(incarnation: string): void {
    this.#sieve.pullsFrom(incarnation);
  }

  /** See `Sieve`. */
  purged(before: Revision): void {
    this.#sieve.purged(before);
  }

  /** Whether the entry of the log is one that was refused. */
  refused(entry: Entry): boolean {
    return this.#sieve.refused(entry);
  }

  /** Asks those who wait again: what they wait for besides the projector has moved. */
  nudge(): void {
    this.#waiters.moved();
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#fold(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof LogError) && !(error instanceof ViewError)) throw error;
        if (error.code === 'regressed') this.#mistrusted = this.#state.incarnation;
        this.#deps.events.interrupted({ loop: 'project', error });
        await this.#deps.world.timers.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }

  /** Gives a sign of life on the feed once a second, and at once when `news` resolves. Runs until the signal aborts. */
  async heartbeat(contact: ContactSource, news: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const { epoch, applied } = this.#state;
        const heard = contact(applied);
        if (epoch !== undefined) await this.#deps.view.mark({ epoch, ...(heard === undefined ? {} : { contact: heard }) }, { signal });
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ViewError)) throw error;
        this.#deps.events.interrupted({ loop: 'mark', error });
        await this.#deps.world.timers.sleep(RETRY_MS, signal).catch(() => undefined);
        continue;
      }
      await this.#pause(news, signal);
    }
  }

  async #pause(news: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    try {
      await Promise.race([this.#deps.world.timers.sleep(HEARTBEAT_MS, either), news(either)]);
    } catch {
      // The signal aborted: the caller's loop sees it.
    } finally {
      over.abort();
    }
  }

  async #fold(signal: AbortSignal): Promise<void> {
    const { log, world, events } = this.#deps;
    const began = world.clock.monotonic();
    const head = await this.#head(signal);
    const watermark = await this.#startingPoint(head, signal);
    if (head === undefined || watermark === undefined) return;
    const { epoch } = watermark;
    this.#move({ ...(await this.#claimInLog(signal)), epoch, incarnation: head.incarnation, applied: watermark.revision, head: head.revision, ready: watermark.ready, trouble: undefined });
    if (watermark.revision >= head.revision) await this.#becomeReady(epoch, began, signal);
    for await (const batch of log.tail({ after: watermark.revision, incarnation: head.incarnation, signal })) {
      await this.#apply(batch, epoch, signal);
      if (!this.#state.ready && batch.through >= head.revision) await this.#becomeReady(epoch, began, signal);
      if (!head.complete && this.#state.ready) return;
    }
    if (!signal.aborted) events.interrupted({ loop: 'project', error: new LogError('closed', 'the tail ended') });
  }

  async #claimInLog(signal: AbortSignal): Promise<Partial<ProjectorState>> {
    try {
      const entry = await this.#deps.log.get(AUTHORITY_KEY, { signal });
      return entry === undefined ? { claim: undefined, claimRefused: false } : await this.#claimFrom(entry);
    } catch (error) {
      if (error instanceof LogError && error.cause instanceof MalformedRecord) return { claimRefused: true };
      throw error;
    }
  }

  async #claimFrom(entry: Entry | undefined): Promise<Partial<ProjectorState>> {
    if (entry === undefined) return {};
    if ((await this.#deps.verifier.judge(entry.record as MintRecord)) !== undefined) return { claimRefused: true };
    return { claim: liveOf(entry, 'authority')?.record.body, claimRefused: false };
  }

  /** `undefined` where there is no log any more. */
  async #head(signal: AbortSignal): Promise<LogHead | undefined> {
    try {
      return await this.#deps.log.head({ signal });
    } catch (error) {
      if (error instanceof LogError && error.code === 'missing') return undefined;
      throw error;
    }
  }

  /** Where folding goes on; `undefined` when the log has to be looked at again (J3). */
  async #startingPoint(head: LogHead | undefined, signal: AbortSignal): Promise<Watermark | undefined> {
    const watermark = await this.#present(signal);
    if (watermark !== undefined && watermark.source.region !== this.#deps.region) {
      return this.#wait(`the view belongs to region ${watermark.source.region}, not to ${this.#deps.region}`, signal);
    }
    if (head === undefined) return this.#doubt('the log does not exist any more', watermark, signal);
    if (watermark === undefined) return this.#reset(head, 'the view is empty', signal);
    const judgement = judge(head, watermark, this.#mistrusted);
    if (judgement.kind === 'rewrite') return this.#doubt(judgement.problem, watermark, signal);
    this.#suspicion = undefined;
    return judgement.kind === 'fold' ? this.#reset(head, judgement.reason, signal) : watermark;
  }

  /** Gives the log up when it is found wrong in the same way for the second time; until then waits. */
  async #doubt(problem: string, watermark: Watermark | undefined, signal: AbortSignal): Promise<undefined> {
    const before = this.#suspicion;
    this.#suspicion = problem;
    if (before !== problem) return this.#wait(problem, signal);
    await restoreLog(this.#deps, watermark, signal);
    this.#suspicion = undefined;
    this.#mistrusted = undefined;
    return undefined;
  }

  async #wait(problem: string, signal: AbortSignal): Promise<undefined> {
    this.#tell(problem);
    await this.#deps.world.timers.sleep(HEARTBEAT_MS, signal);
    return undefined;
  }

  /** The view's watermark; `undefined` when it has none: never filled, or emptied. */
  async #present(signal: AbortSignal): Promise<Watermark | undefined> {
    try {
      return await this.#deps.view.watermark({ signal });
    } catch (error) {
      if (error instanceof ViewError && (error.code === 'gap' || error.code === 'not_ready')) return undefined;
      throw error;
    }
  }

  async #reset(head: LogHead, reason: string, signal: AbortSignal): Promise<Watermark> {
    this.#sieve.startOver();
    const source = { region: this.#deps.region, incarnation: head.incarnation };
    const watermark = await this.#deps.view.reset({ source, floor: head.compacted }, { signal });
    this.#deps.events.folding({ reason, epoch: watermark.epoch });
    return watermark;
  }

  async #apply(batch: TailBatch, epoch: string, signal: AbortSignal): Promise<void> {
    for (const aside of batch.setAside) this.#deps.events.setAside({ source: 'log', why: 'unreadable', ...aside });
    const { applied: from, incarnation = '', ready } = this.#state;
    const { entries, refused } = await this.#sieve.sift(batch.entries, ready ? from : undefined, signal);
    this.#deps.keeper.feed(batch, { incarnation, after: from });
    for (const aside of refused) this.#deps.events.setAside({ source: 'log', why: 'refused', ...aside });
    if (batch.through > from) {
      await this.#deps.view.apply(withoutUnreadable(entries, batch.setAside), { epoch, from, to: batch.through }, { signal });
      this.#deps.events.projected({ entries: batch.entries.length, through: batch.through });
    } else {
      await this.#stillThere(epoch, from, signal);
    }
    const head = laterOf(this.#state.head, batch.through);
    const applied = laterOf(from, batch.through);
    const { setAside, carried } = this.#state;
    const newer = entries.findLast(({ record }) => record.kind === 'authority' && record.scope === 'local');
    this.#move({
      applied,
      head,
      setAside: setAside + batch.setAside.length,
      refused: this.#state.refused + refused.length,
      ...(await this.#claimFrom(newer)),
      carried: carried + entries.filter((entry) => (liveOf(entry, 'set_aside')?.record.body.carried ?? '') !== '').length,
    });
  }

  /** An idle view that was emptied, set back, or restarted and so no longer ready is noticed at the next progress mark. */
  async #stillThere(epoch: string, applied: Revision, signal: AbortSignal): Promise<void> {
    const watermark = await this.#present(signal);
    const unready = this.#state.ready && watermark?.ready !== true;
    if (watermark === undefined || watermark.epoch !== epoch || watermark.revision !== applied || unready) {
      throw new ViewError('gap', 'the view is not where it was left');
    }
  }

  async #becomeReady(epoch: string, began: number, signal: AbortSignal): Promise<void> {
    await this.#deps.view.mark({ epoch, ready: true }, { signal });
    if (!this.#state.ready) this.#deps.events.ready({ revision: this.#state.applied, tookMs: this.#deps.world.clock.monotonic() - began });
    this.#move({ ready: true });
  }

  #tell(trouble: string): void {
    if (this.#state.trouble !== trouble) this.#deps.events.trouble({ loop: 'project', trouble });
    this.#move({ trouble, ready: false });
  }

  #move(change: Partial<ProjectorState>): void {
    if (this.#state.trouble !== undefined && 'trouble' in change && change.trouble === undefined) {
      this.#deps.events.trouble({ loop: 'project', trouble: undefined });
    }
    this.#state = { ...this.#state, ...change };
    this.#waiters.moved();
  }
}

/** What the view shows, as far as the projector knows; `undefined` while it knows of no log. */
export function seenBy({ state: { incarnation, applied } }: Projector): Seen | undefined {
  return incarnation === undefined ? undefined : { incarnation, revision: applied };
}

/** The entries, with what stands for it in the place of each record that could not be read (J5). */
function withoutUnreadable(entries: readonly Entry[], setAside: TailBatch['setAside']): readonly Entry[] {
  if (setAside.length === 0) return entries;
  const ends = setAside.flatMap(({ key, revision }): Entry[] => {
    const record = parseKey(key);
    return record === undefined ? [] : [{ revision, record: distrusted(record, revision) }];
  });
  return [...entries, ...ends].toSorted((a, b) => a.revision - b.revision);
}
