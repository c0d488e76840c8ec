import { type Kind, NO_REVISION, type Revision } from '@mintmark/domain';
import { type ChangeBatch, type Contact, ViewError, type ViewReader, type Watermark } from './view.ts';

/*
 * Follows one view's change feed for a reader that keeps something of its own (a cache, waiters, watchers).
 *
 * F1  `onReset` is called before the position of a new epoch is published: whoever sees the position has dropped what was older.
 * F2  `onChanges` is called for every change of an epoch in order; `position.revision` moves only after it returned.
 * F3  A value read from the view at watermark R may be kept if `unchangedSince(kind, id, R)`: no change after R has been, or
 *     could have been, delivered before the value was there to be dropped.
 */

export interface FollowerWorld {
  monotonic(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface FollowerEvents {
  /** Drop everything that was read before. */
  onReset?(watermark: Watermark): void;
  onChanges?(batch: ChangeBatch): void;
  /** The feed was lost or found again; `problem` is absent when found. */
  onLive?(live: boolean, problem?: unknown): void;
}

export interface FollowedPosition {
  readonly epoch: string;
  readonly incarnation: string;
  readonly revision: Revision;
}

const RETRY_MS = 100;
const REMEMBERED_CHANGES = 65_536;

interface Waiter {
  readonly ready: () => boolean;
  readonly resolve: () => void;
}

export class Follower {
  readonly #view: ViewReader;
  readonly #world: FollowerWorld;
  readonly #events: FollowerEvents;
  readonly #waiters = new Set<Waiter>();
  readonly #changed = new Map<string, Revision>();
  #forgotten = NO_REVISION;
  #position: FollowedPosition | undefined;
  #contact: Contact | undefined;
  #live = false;
  /** False once the feed said that it cannot go on from the position. */
  #resumable = true;
  #heardAt: number;

  constructor(view: ViewReader, world: FollowerWorld, events: FollowerEvents = {}) {
    this.#view = view;
    this.#world = world;
    this.#events = events;
    this.#heardAt = world.monotonic();
  }

  /** `undefined` until the view was reached for the first time. */
  get position(): FollowedPosition | undefined {
    return this.#position;
  }

  get contact(): Contact | undefined {
    return this.#contact;
  }

  /** Whether the feed is being followed now. */
  get live(): boolean {
    return this.#live;
  }

  /** Milliseconds since the feed was last heard of. */
  get ageMs(): number {
    return this.#world.monotonic() - this.#heardAt;
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#setLive(false, error);
        if (!(error instanceof ViewError)) throw error;
        if (error.code === 'reset') this.#resumable = false;
        if (error.code !== 'reset' && error.code !== 'too_slow') await this.#world.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }

  /** Resolves once the position covers `revision`; rejects with the signal's reason when it aborts first. */
  covers(revision: Revision, signal: AbortSignal): Promise<void> {
    return this.until(() => this.#position !== undefined && this.#position.revision >= revision, signal);
  }

  /** Resolves once `ready` holds, asked again after each step of the feed; rejects with the signal's reason when it aborts first. */
  until(ready: () => boolean, signal: AbortSignal): Promise<void> {
    if (ready()) return Promise.resolve();
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiters.delete(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        ready,
        resolve: () => {
          this.#waiters.delete(waiter);
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      this.#waiters.add(waiter);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Whether a value read at `watermark` can be kept: see F3. */
  unchangedSince(kind: Kind, id: string, watermark: Pick<Watermark, 'epoch' | 'revision'>): boolean {
    if (this.#position === undefined || this.#position.epoch !== watermark.epoch) return false;
    if (watermark.revision >= this.#position.revision) return true;
    if (watermark.revision < this.#forgotten) return false;
    return this.lastTold(kind, id) <= watermark.revision;
  }

  /** The revision of the newest change of a record that the feed has told of; 0 for none since the position was entered, or since more than 65,536 others. */
  lastTold(kind: Kind, id: string): Revision {
    return this.#changed.get(`${kind}.${id}`) ?? NO_REVISION;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const watermark = await this.#view.watermark({ signal });
    const resumed = this.#position;
    let after = watermark.revision;
    if (resumed !== undefined && this.#resumable && resumed.epoch === watermark.epoch && resumed.revision <= watermark.revision) {
      after = resumed.revision;
      this.#contact = watermark.contact ?? this.#contact;
    } else {
      this.#startOver(watermark);
    }
    if (!watermark.ready) throw new ViewError('not_ready', 'the view is being folded');
    for await (const batch of this.#view.changes({ epoch: watermark.epoch, after, signal })) {
      this.#step(batch);
    }
  }

  #startOver(watermark: Watermark): void {
    this.#resumable = true;
    this.#changed.clear();
    this.#forgotten = watermark.revision;
    this.#events.onReset?.(watermark);
    this.#contact = watermark.contact;
    this.#position = { epoch: watermark.epoch, incarnation: watermark.source.incarnation, revision: watermark.revision };
    this.#settle();
  }

  #step(batch: ChangeBatch): void {
    this.#heardAt = this.#world.monotonic();
    this.#setLive(true);
    for (const change of batch.changes) this.#remember(`${change.kind}.${change.id}`, change.revision);
    this.#events.onChanges?.(batch);
    if (batch.contact !== undefined) this.#contact = batch.contact;
    if (this.#position !== undefined && batch.through > this.#position.revision) {
      this.#position = { ...this.#position, revision: batch.through };
    }
    this.#settle();
  }

  #remember(key: string, at: Revision): void {
    this.#changed.delete(key);
    this.#changed.set(key, at);
    if (this.#changed.size <= REMEMBERED_CHANGES) return;
    for (const [oldest, revision] of this.#changed) {
      this.#changed.delete(oldest);
      this.#forgotten = revision;
      return;
    }
  }

  #settle(): void {
    for (const waiter of this.#waiters) {
      if (waiter.ready()) waiter.resolve();
    }
  }

  #setLive(live: boolean, problem?: unknown): void {
    if (this.#live === live) return;
    this.#live = live;
    this.#events.onLive?.(live, problem);
  }
}
