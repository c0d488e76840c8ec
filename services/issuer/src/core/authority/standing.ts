import { NO_REVISION, Refusal, type Revision } from '@mintmark/domain';
import { deadline, Waiters, type World } from '@mintmark/kit/lifecycle';
import { type ChangeBatch, KnownAuthority, type ViewReader } from '@mintmark/view';

/*
 * Whether this region decides about global records (P11, ADR 9).
 *
 * E1  Only the region that the newest claim in its own log names, and that has taken over, accepts global writes.
 * E2  A write is acknowledged only if it stands in the log before the next claim: an issuer that did not hear of a claim in time, or was frozen over it,
 *     tells its caller that the outcome is unknown, whatever it appended.
 * E3  An issuer that has just started accepts none before it has heard from most of the regions, itself among them: a promotion is known to most of them.
 * E4  One that runs asks the other regions over and over. Where it did not for a while (it was frozen) it is as if it had just started (E3).
 */

/** How old the last round of questions may be when a write is accepted: milliseconds. */
const ASKED_WITHIN_MS = 3_000;
/** How long a write waits for E3: regions that start together hear from one another within a moment. Milliseconds. */
const HEARD_WITHIN_MS = 2_000;

/** Leave to append one global record. */
export interface Leave extends Disposable {
  readonly epoch: number;
  /** Revision of the claim by which it was given; 0 where there is none. */
  readonly by: Revision;
  /** Which of the feeds that were followed it was given under. */
  readonly feed: number;
}

export interface StandingOptions {
  readonly region: string;
  /** Whoever decides in epoch 0. */
  readonly configured: string;
  /** The other regions. */
  readonly others: readonly string[];
}

export class Standing extends KnownAuthority {
  readonly #options: StandingOptions;
  readonly #world: World;
  readonly #waiters = new Waiters();
  readonly #heard = new Set<string>();
  /** Revisions of the claims that were announced since the feed began. */
  #claims: Revision[] = [];
  #feeds = 0;
  /** When the last round of questions that has ended began, on the monotonic clock. */
  #asked = Number.NEGATIVE_INFINITY;
  #underWay = 0;
  #regardless = 0;
  #closed = false;

  constructor(view: ViewReader, world: World, options: StandingOptions) {
    super(view, world.timers, options);
    this.#options = options;
    this.#world = world;
  }

  get others(): readonly string[] {
    return this.#options.others;
  }

  /** Why this region, which is the authority, accepts no global writes yet (E3); `undefined` where it does, or is not. */
  get waits(): string | undefined {
    return this.here && this.#heard.size + 1 < this.most ? `has heard from ${this.#heard.size} other regions since it started, and waits for ${this.most - 1}` : undefined;
  }

  /** Regions that make up most of them, this one counted. */
  get most(): number {
    return Math.floor((this.#options.others.length + 1) / 2) + 1;
  }

  override reset(): void {
    this.#feeds += 1;
    this.#claims = [];
    super.reset();
  }

  override changed(batch: ChangeBatch): void {
    for (const { kind, revision } of batch.changes) if (kind === 'authority') this.#claims.push(revision);
    super.changed(batch);
  }

  /** A claim that may take effect whoever knows of it. */
  regardless(epoch: number): void {
    this.#regardless = epoch;
  }

  goesRegardless(epoch: number): boolean {
    return this.#regardless === epoch;
  }

  /** Another region was heard from. */
  heard(region: string): void {
    this.#heard.add(region);
    this.#waiters.moved();
  }

  /** A round of questions begins. Where none did for a while (it was frozen) what was heard before does not count any more (E3). */
  asks(now: number): void {
    if (now - this.#asked > ASKED_WITHIN_MS) this.#heard.clear();
  }

  /** A round of questions that began then has ended, whoever answered. */
  asked(began: number): void {
    this.#asked = began;
    this.#waiters.moved();
  }

  /**
   * Leave to append a global record; to be disposed of when it is shown, or was not appended. Throws the refusal `unavailable` where this region does
   * not decide, or does not know yet whether it does.
   */
  async enter(signal: AbortSignal): Promise<Leave> {
    await this.#sure(() => this.whenSettled(signal));
    if (this.waits !== undefined) await this.#heardOrTimeUp(signal);
    await this.#sure(() => this.#askedLately(signal));
    if (!this.here || this.#closed) throw moved(this.known.region);
    if (this.waits !== undefined) throw new Refusal('unavailable', `the authority ${this.waits}: nothing was written`, { retryAfterMs: 1_000 });
    this.#underWay += 1;
    return leave({ epoch: this.known.epoch, by: this.entry?.revision ?? NO_REVISION, feed: this.#feeds }, () => this.#left());
  }

  async #heardOrTimeUp(signal: AbortSignal): Promise<void> {
    using patience = deadline(this.#world.timers, HEARD_WITHIN_MS, signal);
    await this.#waiters.until(() => this.waits === undefined, patience.signal).catch(() => undefined);
  }

  async #askedLately(signal: AbortSignal): Promise<void> {
    const { monotonic } = this.#world.clock;
    if (this.#options.others.length > 0) await this.#waiters.until(() => monotonic() - this.#asked <= ASKED_WITHIN_MS, signal);
    await this.whenSettled(signal);
  }

  async #sure(known: () => Promise<void>): Promise<void> {
    try {
      await known();
    } catch (cause) {
      throw new Refusal('unavailable', 'the region cannot tell whether it is the authority: nothing was written', { retryAfterMs: 1_000, cause });
    }
  }

  /** Whether what stands in the log at `index`, which the view shows, was appended before any claim after the one of the leave (E2). */
  async stood({ by, feed }: Leave, index: Revision, signal: AbortSignal): Promise<boolean> {
    await this.whenSettled(signal);
    const present = this.entry?.revision ?? NO_REVISION;
    if (present === by) return true;
    return feed === this.#feeds && present > index && !this.#claims.some((claim) => claim > by && claim < index);
  }

  /** Gives no leave any more, and resolves once all that was given has ended; disposing of it gives leave again. */
  async close(signal: AbortSignal): Promise<Disposable> {
    if (this.#closed) throw new Refusal('conflict', 'the authority is being handed over already');
    this.#closed = true;
    const open = {
      [Symbol.dispose]: () => {
        this.#closed = false;
      },
    };
    try {
      await this.#waiters.until(() => this.#underWay === 0, signal);
      return open;
    } catch (cause) {
      open[Symbol.dispose]();
      throw new Refusal('unavailable', 'writes that are under way do not end: nothing was handed over', { retryAfterMs: 1_000, cause });
    }
  }

  /** Resolves once nothing is in the way of global writes here, or another region decides; rejects with the signal's reason when it aborts first. */
  untilSure(signal: AbortSignal): Promise<void> {
    return this.#waiters.until(() => this.settled && this.waits === undefined, signal);
  }

  /** Resolves once this region decides; rejects with the signal's reason when it aborts first. */
  untilDecides(signal: AbortSignal): Promise<void> {
    return this.#waiters.until(() => this.settled && this.here, signal);
  }

  /** Asks those who wait again: what is known may have changed. */
  nudge(): void {
    this.#waiters.moved();
  }

  #left(): void {
    this.#underWay -= 1;
    this.#waiters.moved();
  }
}

export function moved(region: string): Refusal {
  return new Refusal('unavailable', `this region does not decide about global records now; the authority is ${region}, or is about to be: nothing was written`, { retryAfterMs: 500 });
}

function leave(of: Omit<Leave, typeof Symbol.dispose>, left: () => void): Leave {
  let given = true;
  return {
    ...of,
    [Symbol.dispose]() {
      if (given) left();
      given = false;
    },
  };
}
