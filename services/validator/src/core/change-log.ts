import { type Kind, type Revision, revision } from '@mintmark/domain';
import type { Change, ChangeBatch, Watermark } from '@mintmark/view';
import { Waiters } from '@mintmark/kit/lifecycle';

const REMEMBERED = 65_536;

/**
 * The newest changes of the region's feed in this process, so that any number of watchers share one feed. A watcher reads on from where it is;
 * one that is further behind than what is remembered reads the view's feed until it has caught up.
 */
export class ChangeLog {
  readonly #waiters = new Waiters();
  readonly #ring: (Change | undefined)[] = new Array(REMEMBERED);
  #first = 0;
  #next = 0;
  #floor = 0;
  #through = 0;
  #epoch = '';

  get epoch(): string {
    return this.#epoch;
  }

  /** Everything up to here has been taken in. */
  get through(): Revision {
    return revision(this.#through);
  }

  /** Changes after here are remembered. */
  get floor(): Revision {
    return revision(this.#floor);
  }

  /** The feed started over: nothing before the watermark is remembered. */
  reset(watermark: Watermark): void {
    this.#ring.fill(undefined);
    this.#first = 0;
    this.#next = 0;
    this.#epoch = watermark.epoch;
    this.#floor = watermark.revision;
    this.#through = watermark.revision;
    this.#waiters.moved();
  }

  take(batch: ChangeBatch): void {
    for (const change of batch.changes) {
      if (this.#next - this.#first === REMEMBERED) {
        this.#floor = this.#ring[this.#first % REMEMBERED]?.revision ?? this.#floor;
        this.#first += 1;
      }
      this.#ring[this.#next % REMEMBERED] = change;
      this.#next += 1;
    }
    this.#through = Math.max(this.#through, batch.through);
    this.#waiters.moved();
  }

  /** The remembered changes of a kind after `after`, at most `limit`; `after` must not lie below the floor. */
  after(kind: Kind, after: Revision, limit: number): { readonly changes: readonly Change[]; readonly through: Revision } {
    const changes: Change[] = [];
    for (let at = this.#search(after); at < this.#next; at += 1) {
      const change = this.#ring[at % REMEMBERED] as Change;
      if (change.kind !== kind) continue;
      if (changes.length === limit) return { changes, through: (changes.at(-1) as Change).revision };
      changes.push(change);
    }
    return { changes, through: this.through };
  }

  /** As `after`, of every kind. */
  all(after: Revision, limit: number): { readonly changes: readonly Change[]; readonly through: Revision } {
    const from = this.#search(after);
    const to = Math.min(from + limit, this.#next);
    const changes: Change[] = [];
    for (let at = from; at < to; at += 1) changes.push(this.#ring[at % REMEMBERED] as Change);
    return { changes, through: to < this.#next ? (changes.at(-1) as Change).revision : this.through };
  }

  /** Resolves once there is something after `after` of the same epoch, or the feed has started over. */
  moved(epoch: string, after: Revision, signal: AbortSignal): Promise<void> {
    return this.#waiters.until(() => this.#epoch !== epoch || this.#through > after, signal);
  }

  /** Position of the first change with a revision above `after`. */
  #search(after: Revision): number {
    let low = this.#first;
    let high = this.#next;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.#ring[middle % REMEMBERED] as Change).revision > after) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
