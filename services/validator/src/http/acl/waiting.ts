import { Refusal } from '@mintmark/domain';

/** Those who wait now: bounded in number, and told when the server stops. */
export class WaitingRoom {
  readonly #limit: number;
  readonly #stopping: AbortSignal;
  readonly #inside = new Set<() => void>();

  constructor(limit: number, stopping: AbortSignal) {
    this.#limit = limit;
    this.#stopping = stopping;
    const close = (): void => {
      for (const leave of this.#inside) leave();
    };
    stopping.addEventListener('abort', close, { once: true });
  }

  get size(): number {
    return this.#inside.size;
  }

  get closing(): boolean {
    return this.#stopping.aborted;
  }

  /** Takes a place until disposed of; `leave` is called when the server stops. Throws the refusal `resource_exhausted` when all are taken. */
  enter(leave: () => void): Disposable {
    if (this.#inside.size >= this.#limit) {
      throw new Refusal('resource_exhausted', `more than ${this.#limit} requests wait here already`, { retryAfterMs: 1_000 });
    }
    const place = (): void => leave();
    this.#inside.add(place);
    if (this.closing) leave();
    return { [Symbol.dispose]: () => void this.#inside.delete(place) };
  }
}

/** Something that is raised by many and awaited by one. */
export class Latch {
  #raised = false;
  #awaiting: (() => void) | undefined;

  readonly raise = (): void => {
    this.#raised = true;
    this.#awaiting?.();
    this.#awaiting = undefined;
  };

  lower(): void {
    this.#raised = false;
  }

  /** Resolves once raised. One at a time. */
  raised(): Promise<void> {
    if (this.#raised) return Promise.resolve();
    return new Promise((resolve) => {
      this.#awaiting = resolve;
    });
  }
}
