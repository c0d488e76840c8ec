import type { Bound, Places } from '@mintmark/kit/overload';
import { placeIn } from '../../core/long-calls.ts';

/** Those who wait now: bounded in number, for each client too, and told when the server stops. */
export class WaitingRoom {
  readonly #places: Places;
  readonly #stopping: AbortSignal;
  readonly #inside = new Set<() => void>();

  constructor(places: Places, stopping: AbortSignal) {
    this.#places = places;
    this.#stopping = stopping;
    const close = (): void => {
      for (const leave of this.#inside) leave();
    };
    stopping.addEventListener('abort', close, { once: true });
  }

  get bound(): Bound {
    return this.#places;
  }

  get closing(): boolean {
    return this.#stopping.aborted;
  }

  /**
   * Takes a place until disposed of; `leave` is called when the server stops. Throws the refusal `resource_exhausted` when the client has as many as one may have, `unavailable` when
   * all are taken.
   */
  enter(client: string, leave: () => void): Disposable {
    const taken = placeIn(this.#places, client);
    const place = (): void => leave();
    this.#inside.add(place);
    if (this.closing) leave();
    return {
      [Symbol.dispose]: () => {
        this.#inside.delete(place);
        taken[Symbol.dispose]();
      },
    };
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
