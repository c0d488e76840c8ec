import type { Timers } from '@mintmark/kit/lifecycle';

/** Calls, one a turn of the event loop, in the order they came: however many there are, whatever else is asked waits for one of them. */
export class LoopQueue {
  readonly #soon: Timers['soon'];
  readonly #calls = new Set<() => void>();
  #running = false;

  constructor({ soon }: Pick<Timers, 'soon'>) {
    this.#soon = soon;
  }

  add(call: () => void): void {
    this.#calls.add(call);
    if (this.#running) return;
    this.#running = true;
    this.#soon(this.#turn);
  }

  /** Without effect once it was called. */
  delete(call: () => void): void {
    this.#calls.delete(call);
  }

  readonly #turn = (): void => {
    const [first] = this.#calls;
    this.#running = this.#calls.size > 1;
    if (first === undefined) return;
    this.#calls.delete(first);
    if (this.#running) this.#soon(this.#turn);
    first();
  };
}
