/** Lets a bounded number through at a time and a bounded number wait, in the order they came. */
export class Gate {
  readonly #waiting = new Set<() => void>();
  readonly #places: number;
  readonly #queue: number;
  #inside = 0;

  /** Throws a `RangeError` unless there is at least one place. */
  constructor({ places, queue }: { readonly places: number; readonly queue: number }) {
    if (!Number.isSafeInteger(places) || places < 1) throw new RangeError(`places must be a whole number from 1, not ${places}`);
    if (!Number.isSafeInteger(queue) || queue < 0) throw new RangeError(`queue must be a whole number from 0, not ${queue}`);
    this.#places = places;
    this.#queue = queue;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** A place, to be disposed of; `undefined` at once when the queue is full. Rejects with the signal's reason when it aborts while waiting. */
  async enter(signal?: AbortSignal): Promise<Disposable | undefined> {
    signal?.throwIfAborted();
    if (this.#inside < this.#places) this.#inside += 1;
    else if (this.#waiting.size >= this.#queue) return undefined;
    else await this.#wait(signal);
    return { [Symbol.dispose]: () => this.#leave() };
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const called = (): void => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const abort = (): void => {
        this.#waiting.delete(called);
        reject(signal?.reason);
      };
      this.#waiting.add(called);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** The place goes to whoever has waited longest, without becoming free in between. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#inside -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
