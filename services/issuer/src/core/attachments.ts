import { ATTACH_LEASE_MS } from '@mintmark/contract';
import { laterOf, NO_REVISION, type Revision } from '@mintmark/domain';
import type { Clock, Timers } from '@mintmark/kit/lifecycle';

/*
 * Which validators of the region answer from a cache, and how far each has heard of changes.
 *
 * A1  A write is answered only when every attached validator covers it: none says allow after a revocation returned.
 * A2  A validator that was silent for a lease is dropped and holds up no write. It stopped trusting its cache before that, because
 *     it counts its own lease from when it sent the report that was confirmed, which is earlier than when it arrived here.
 * A3  An issuer that has just started answers no write for a lease: validators that were attached to the one before may still trust their caches.
 * A4  A validator that comes back after it was dropped may be behind what was answered meanwhile: each confirmation says up to where writes were answered, and one
 *     that is behind that does not trust its cache.
 */

interface Attached {
  covered: Revision;
  heardAt: number;
}

interface Waiter {
  readonly revision: Revision;
  readonly resolve: () => void;
}

/** What every validator that still counts covers, and the milliseconds until the next one stops counting or the wait of A3 is over. */
interface Standing {
  readonly covered: Revision;
  readonly leaseMs: number;
}

export class Attachments {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #aloneFrom: number;
  readonly #attached = new Map<symbol, Attached>();
  readonly #waiters = new Set<Waiter>();
  #expiry: Disposable | undefined;
  #answered = NO_REVISION;
  #began = false;

  /** `predecessors`: whether another issuer may have served the region until now (A3). */
  constructor(world: { readonly clock: Clock; readonly timers: Timers }, predecessors: boolean) {
    this.#clock = world.clock;
    this.#timers = world.timers;
    this.#aloneFrom = predecessors ? world.clock.monotonic() + ATTACH_LEASE_MS : Number.NEGATIVE_INFINITY;
  }

  get size(): number {
    return this.#attached.size;
  }

  /** Every write that was answered, here or by the issuer before, is at or below it (A4). */
  get answered(): Revision {
    return this.#answered;
  }

  /** What the region's view showed when this issuer began to follow it: the one before answered nothing beyond. Counts once. */
  began(shown: Revision): void {
    if (!this.#began) this.#answered = laterOf(this.#answered, shown);
    this.#began = true;
  }

  /** A validator's stream. It counts from its first report until it was silent for a lease, whether or not the stream ended before. */
  attach(): (covered: Revision) => void {
    const key = Symbol('validator');
    return (covered) => {
      this.#attached.set(key, { covered, heardAt: this.#clock.monotonic() });
      this.#settle();
    };
  }

  /** Resolves once every validator that still counts covers the revision; rejects with the signal's reason when it aborts first. */
  covers(revision: Revision, signal: AbortSignal): Promise<void> {
    const standing = this.#standing();
    if (standing.covered >= revision) {
      this.#answered = laterOf(this.#answered, revision);
      return Promise.resolve();
    }
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiters.delete(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        revision,
        resolve: () => {
          this.#waiters.delete(waiter);
          signal.removeEventListener('abort', abort);
          this.#answered = laterOf(this.#answered, revision);
          resolve();
        },
      };
      this.#waiters.add(waiter);
      signal.addEventListener('abort', abort, { once: true });
      this.#watchLease(standing);
    });
  }

  #standing(): Standing {
    const now = this.#clock.monotonic();
    if (this.#aloneFrom > now) return { covered: NO_REVISION, leaseMs: this.#aloneFrom - now };
    let covered = Number.POSITIVE_INFINITY;
    let leaseMs = Number.POSITIVE_INFINITY;
    for (const [key, validator] of this.#attached) {
      const left = validator.heardAt + ATTACH_LEASE_MS - now;
      if (left <= 0) {
        this.#attached.delete(key);
        continue;
      }
      covered = Math.min(covered, validator.covered);
      leaseMs = Math.min(leaseMs, left);
    }
    return { covered: covered as Revision, leaseMs };
  }

  #settle(): void {
    const standing = this.#standing();
    for (const waiter of this.#waiters) {
      if (standing.covered >= waiter.revision) waiter.resolve();
    }
    this.#watchLease(standing);
  }

  /** One timer for all waiters: the next lease to end is the next that can let any of them go. Reports that renew it are seen when it rings. */
  #watchLease({ leaseMs }: Standing): void {
    if (this.#expiry !== undefined || this.#waiters.size === 0) return;
    this.#expiry = this.#timers.after(leaseMs, () => {
      this.#expiry = undefined;
      this.#settle();
    });
  }
}
