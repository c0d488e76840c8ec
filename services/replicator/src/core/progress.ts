import { laterOf, NO_REVISION, type Revision } from '@mintmark/domain';
import type { Clock } from '@mintmark/kit/lifecycle';
import type { Cursor, Shown } from './following.ts';

/** Steps of the cursor that may wait for the view. */
const MAX_UNSHOWN = 4_096;

/** How far the region's log and its view have come with the authority's log. */
export class Progress {
  readonly #clock: Clock;
  #cursor: Cursor | undefined;
  /** Steps of the cursor that the view does not show yet, oldest first. */
  readonly #unshown: Cursor[] = [];
  #shown: Shown | undefined;
  #head = NO_REVISION;
  #heardAt = 0;
  #levelAt: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  /** The authority's head as far as it is known. */
  get head(): Revision {
    return this.#head;
  }

  /** Milliseconds since the epoch at which the authority was last heard of; 0 for never. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Milliseconds on the monotonic clock when the region last covered all that the authority was known to have. */
  get levelAt(): number | undefined {
    return this.#levelAt;
  }

  /** What of the authority the view shows when it shows `applied` (L3). */
  shownAt(applied: Revision): Shown | undefined {
    while (this.#unshown[0] !== undefined && this.#unshown[0].local <= applied) this.#shown = this.#unshown.shift();
    return this.#shown;
  }

  /** Goes on from there. */
  resume(cursor: Cursor): void {
    this.#cursor = cursor;
  }

  /** The authority's log up to the cursor is in the region's. */
  advance(cursor: Cursor): void {
    this.#cursor = cursor;
    // A step that needs no more of the region's log than the one before takes its place; a view that stands still makes the steps coarser, not more.
    if (this.#unshown.length >= MAX_UNSHOWN || this.#unshown.at(-1)?.local === cursor.local) this.#unshown.pop();
    this.#unshown.push(cursor);
    this.#heardAt = this.#clock.now();
    this.#head = laterOf(this.#head, cursor.covered);
    if (cursor.covered >= this.#head) this.#levelAt = this.#clock.monotonic();
  }

  /** The authority's log was seen to end there. */
  looked(head: Revision): void {
    this.#head = laterOf(this.#head, head);
    if (this.#cursor !== undefined && this.#cursor.covered >= head) this.#levelAt = this.#clock.monotonic();
  }

  /** The cursor does not count any more; what the view shows still does. */
  lose(): void {
    this.#cursor = undefined;
  }

  /** Nothing that was said of the region's log counts any more. */
  startOver(): void {
    this.#cursor = undefined;
    this.#unshown.length = 0;
    this.#shown = undefined;
  }

  /** Another log is followed, of which nothing is known yet. */
  turn(): void {
    this.#head = NO_REVISION;
    this.#levelAt = undefined;
  }
}
