import type { Bound } from '../overload/bound.ts';

export interface TurnsOptions {
  /** Most that may wait or run. Default 512. */
  readonly limit?: number;
  /** What to throw beyond it. */
  readonly full?: () => Error;
}

/** Lets pieces of work that would spoil one another run one after the other. So many may wait; work whose caller has gone meanwhile is not begun. */
export class Turns implements Bound {
  readonly name = 'turns';
  readonly limit: number;
  readonly refused = { full: 0 };
  readonly #full: () => Error;
  #last: Promise<void> = Promise.resolve();
  #taken = 0;

  constructor({ limit = 512, full = () => new Error(`${limit} wait for their turn already`) }: TurnsOptions = {}) {
    this.limit = limit;
    this.#full = full;
  }

  /** Those that wait or run. */
  get taken(): number {
    return this.#taken;
  }

  /** Runs `work` after all that were asked for before it have ended, however they ended. Rejects with the signal's reason when it aborts before that. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#taken >= this.limit) {
      this.refused.full += 1;
      return Promise.reject(this.#full());
    }
    this.#taken += 1;
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal?.reason);
      const turn = async (): Promise<void> => {
        signal?.removeEventListener('abort', abort);
        try {
          signal?.throwIfAborted();
          resolve(await work());
        } catch (error) {
          reject(error);
        } finally {
          this.#taken -= 1;
        }
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#last = this.#last.then(turn);
    });
  }
}
