import { type Change, type ChangeBatch, type Contact, ViewError } from '../view.ts';
import { NO_REVISION, type Revision } from '@mintmark/domain';

const BATCH = 1024;

/** Where one reader is. */
export interface Seen {
  through: Revision;
  marks: number;
  contacts: number;
}

/**
 * The newest announcements of one epoch. Readers pull: a slow one holds nothing and holds nothing back; once what it needs is
 * no longer kept it is told.
 */
export class ChangeFeed {
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #kept: Change[] = [];
  #floor: Revision;
  #through: Revision;
  #marks = 0;
  #contacts = 0;
  #contact: Contact | undefined;
  #ended: ViewError | undefined;

  /** Announces what comes after `floor`. */
  constructor(limit: number, floor: Revision = NO_REVISION) {
    this.#limit = limit;
    this.#floor = floor;
    this.#through = floor;
  }

  announce(changes: readonly Change[], through: Revision): void {
    this.#kept.push(...changes);
    this.#through = through;
    this.#marks++;
    // Cutting at twice the limit makes it one copy per `limit` changes.
    if (this.#kept.length >= this.#limit * 2) this.#kept = this.#kept.slice(-this.#limit);
    const oldest = this.#kept.length - this.#limit;
    if (oldest > 0) this.#floor = this.#kept[oldest - 1]?.revision ?? this.#floor;
    this.#wake();
  }

  mark(contact: Contact | undefined): void {
    this.#marks++;
    if (contact !== undefined) {
      this.#contacts++;
      this.#contact = contact;
    }
    this.#wake();
  }

  /** Every reader ends with this. */
  end(error: ViewError): void {
    this.#ended = error;
    this.#wake();
  }

  /** The place of a reader that has everything up to `after`. Marks of the past are none of its business. */
  enter(after: Revision): Seen {
    if (after > this.#through) throw new ViewError('reset', `the view has not reached ${after}`);
    return { through: after, marks: this.#marks, contacts: this.#contacts };
  }

  /** What comes next, `undefined` when there is nothing yet. Moves the reader's place. */
  next(seen: Seen): ChangeBatch | undefined {
    if (this.#ended !== undefined) throw this.#ended;
    if (seen.through < this.#floor) throw new ViewError('reset', `the feed starts after ${this.#floor}, the reader stands at ${seen.through}`);
    if (seen.through === this.#through && seen.marks === this.#marks) return undefined;
    const changes = this.#after(seen.through);
    const last = changes.at(-1);
    const through = changes.length === BATCH && last !== undefined ? last.revision : this.#through;
    const contact = seen.contacts === this.#contacts ? undefined : this.#contact;
    seen.through = through;
    seen.marks = this.#marks;
    seen.contacts = this.#contacts;
    return { changes, through, ...(contact === undefined ? {} : { contact }) };
  }

  /** Resolves when there may be something new, or the signal aborted. */
  moved(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #after(position: Revision): readonly Change[] {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#kept[middle]?.revision ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return this.#kept.slice(low, low + BATCH);
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}
