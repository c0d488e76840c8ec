import type { World } from '@mintmark/kit/lifecycle';
import { LoopQueue } from './loop-queue.ts';

/** How long all long work together keeps the event loop before it serves others. */
const SLICE_MS = 5;

/**
 * Parts the event loop among all that work long, such as lists of many records. All of it together has one slice of a turn, so that a verdict waits for one slice
 * and not for one of each.
 */
export class Slices {
  readonly #clock: World['clock'];
  readonly #waiting: LoopQueue;
  #ends = Number.NEGATIVE_INFINITY;

  constructor({ clock, timers }: Pick<World, 'clock' | 'timers'>) {
    this.#clock = clock;
    this.#waiting = new LoopQueue(timers);
  }

  /** To be awaited before each small piece of the work: resolves at once while the slice lasts, else when it is the work's turn. Rejects with the signal's reason when it aborts first. */
  next(signal: AbortSignal): Promise<void> {
    if (this.#clock.monotonic() < this.#ends) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener('abort', end);
        this.#ends = this.#clock.monotonic() + SLICE_MS;
        resolve();
      };
      const end = (): void => {
        this.#waiting.delete(begin);
        reject(signal.reason);
      };
      if (signal.aborted) return end();
      signal.addEventListener('abort', end, { once: true });
      this.#waiting.add(begin);
    });
  }
}
