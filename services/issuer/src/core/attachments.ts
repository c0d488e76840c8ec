import { ATTACH_LEASE_MS } from '@mintmark/contract';
import type { Revision } from '@mintmark/domain';
import type { Clock, Timers } from '@mintmark/kit/lifecycle';

/*
 * Which validators of the region answer from a cache, and how far each has heard of changes.
 *
 * A1  A write is answered only when every attached validator covers it: none says allow after a revocation returned.
 * A2  A validator that was silent for a lease is dropped and holds up no write. It stopped trusting its cache before that, because
 *     it counts its own lease from when it sent the report that was confirmed, which is earlier than when it arrived here.
 * A3  An issuer that has just started answers no write for a lease: validators that were attached to the one before may still trust their caches.
 */

interface Attached {
  covered: Revision;
  heardAt: number;
}

interface Waiter {
  readonly revision: Revision;
  readonly check: () => void;
}

export interface Attachment extends Disposable {
  report(covered: Revision): void;
}

export class Attachments {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #aloneFrom: number;
  readonly #attached = new Map<symbol, Attached>();
  readonly #waiters = new Set<Waiter>();

  /** `predecessors`: whether another issuer may have served the region until now (A3). */
  constructor(world: { readonly clock: Clock; readonly timers: Timers }, predecessors: boolean) {
    this.#clock = world.clock;
    this.#timers = world.timers;
    this.#aloneFrom = predecessors ? world.clock.monotonic() + ATTACH_LEASE_MS : Number.NEGATIVE_INFINITY;
  }

  get size(): number {
    return this.#attached.size;
  }

  /** A validator's stream; it counts from its first report until the attachment is disposed of. */
  attach(): Attachment {
    const key = Symbol('validator');
    return {
      report: (covered) => {
        this.#attached.set(key, { covered, heardAt: this.#clock.monotonic() });
        this.#settle();
      },
      [Symbol.dispose]: () => this.#settle(),
    };
  }

  /** Resolves once every validator that still counts covers the revision; rejects with the signal's reason when it aborts first. */
  covers(revision: Revision, signal: AbortSignal): Promise<void> {
    if (this.#behind(revision) === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      let expiry: Disposable | undefined;
      const leave = (): void => {
        expiry?.[Symbol.dispose]();
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        leave();
        reject(signal.reason);
      };
      const check = (): void => {
        const lease = this.#behind(revision);
        expiry?.[Symbol.dispose]();
        if (lease !== undefined) {
          expiry = this.#timers.after(lease, check);
          return;
        }
        leave();
        resolve();
      };
      const waiter: Waiter = { revision, check };
      if (signal.aborted) return reject(signal.reason);
      this.#waiters.add(waiter);
      signal.addEventListener('abort', abort, { once: true });
      check();
    });
  }

  /** Milliseconds until the next one that holds `revision` up is dropped; `undefined` when nothing does. */
  #behind(revision: Revision): number | undefined {
    const now = this.#clock.monotonic();
    let lease: number | undefined = this.#aloneFrom > now ? this.#aloneFrom - now : undefined;
    for (const [key, validator] of this.#attached) {
      const left = validator.heardAt + ATTACH_LEASE_MS - now;
      if (left <= 0) this.#attached.delete(key);
      else if (validator.covered < revision) lease = Math.min(lease ?? left, left);
    }
    return lease;
  }

  #settle(): void {
    for (const waiter of this.#waiters) waiter.check();
  }
}

