import { type Timers, Turns, Waiters } from '@mintmark/kit/lifecycle';
import type { Bound } from '@mintmark/kit/overload';

const STANDS_STILL_MS = 1_000;

/**
 * Keeps this issuer's other appends away while a decision stands on the whole log (`{ head }`): where a region writes without a pause it would otherwise
 * be spoilt each time. What others append meanwhile, a replicator say, is still found by the expectation itself.
 *
 * W1  Decisions take turns; one begins when no other append of this issuer is under way. A turn is over when the decision has appended, whoever has yet to show it:
 *     the next decision stands on a log that the view shows.
 * W2  Appends wait during a turn. Those that waited begin before the next decision does.
 * W3  Nobody waits longer than `STANDS_STILL_MS`: a decision that waits for something itself, the view or other regions, goes on among the others.
 */
export class WholeLog implements Bound {
  readonly name = 'turns';
  readonly #turns: Turns;
  readonly #timers: Pick<Timers, 'after'>;
  readonly #waiters = new Waiters();
  #standsStill = false;
  #appending = 0;
  #endTurn: () => void = () => undefined;

  /** `full` is what to throw where 512 decisions wait already. */
  constructor(timers: Pick<Timers, 'after'>, full: () => Error) {
    this.#timers = timers;
    this.#turns = new Turns({ full });
  }

  get limit(): number {
    return this.#turns.limit;
  }

  get taken(): number {
    return this.#turns.taken;
  }

  get refused(): Turns['refused'] {
    return this.#turns.refused;
  }

  /** Runs a decision that appends by `appendAlone`, if at all. Rejects with the signal's reason when it aborts before `decision` is begun. */
  decide<T>(decision: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const turn = async (): Promise<void> => {
        const over = Promise.withResolvers<void>();
        this.#endTurn = over.resolve;
        this.#standsStill = true;
        using _ = this.#timers.after(STANDS_STILL_MS, () => this.#goOn());
        void this.#begun(decision, signal).then(resolve, reject).finally(over.resolve);
        await over.promise;
        this.#goOn();
      };
      this.#turns.run(turn, signal).catch(reject);
    });
  }

  /** The append of a decision on the whole log. One that takes no turn, as at a bootstrap, ends the turn that is on: it has spoilt it. */
  async appendAlone<T>(append: () => Promise<T>): Promise<T> {
    try {
      return await append();
    } finally {
      this.#endTurn();
    }
  }

  /** Any other append. Rejects with the signal's reason when it aborts before `append` is begun. */
  async append<T>(append: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#waiters.until(() => !this.#standsStill, signal);
    this.#appending += 1;
    try {
      return await append();
    } finally {
      this.#appending -= 1;
      this.#waiters.moved();
    }
  }

  async #begun<T>(decision: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#waiters.until(() => this.#appending === 0 || !this.#standsStill, signal);
    return decision();
  }

  #goOn(): void {
    this.#standsStill = false;
    this.#waiters.moved();
  }
}
