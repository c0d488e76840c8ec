import { NO_REVISION, type Revision } from '@mintmark/domain';
import { type Change, type ChangeBatch, type Contact, ViewError } from '@mintmark/view';

const BATCH = 1_024;

/** Where one reader is. */
export interface Seen {
  readonly through: Revision;
  readonly marks: number;
  readonly contacts: number;
}

export interface FeedStep {
  readonly batch: ChangeBatch;
  readonly seen: Seen;
}

/** The announcements of one epoch: the newest so many of them. */
export class ViewFeed {
  readonly #limit: number;
  #kept: Change[] = [];
  #floor: Revision;
  #through: Revision;
  #marks = 0;
  #contacts = 0;
  #contact: Contact | undefined;

  constructor(limit: number, floor: Revision = NO_REVISION) {
    this.#limit = limit;
    this.#floor = floor;
    this.#through = floor;
  }

  copy(): ViewFeed {
    const copy = new ViewFeed(this.#limit, this.#floor);
    copy.#kept = [...this.#kept];
    copy.#through = this.#through;
    copy.#marks = this.#marks;
    copy.#contacts = this.#contacts;
    copy.#contact = this.#contact;
    return copy;
  }

  announce(changes: readonly Change[], through: Revision): void {
    this.#kept.push(...changes);
    this.#through = through;
    this.#marks += 1;
    while (this.#kept.length > this.#limit) this.#floor = this.#kept.shift()?.revision ?? this.#floor;
  }

  mark(contact: Contact | undefined): void {
    this.#marks += 1;
    if (contact === undefined) return;
    this.#contacts += 1;
    this.#contact = contact;
  }

  /** The place of a reader that begins with the newest mark of before. */
  enter(after: Revision): Seen {
    if (after > this.#through) throw new ViewError('reset', `the view has not reached ${after}`);
    return { through: after, marks: this.#marks - 1, contacts: this.#contacts - 1 };
  }

  /** What comes next; `undefined` when there is nothing. */
  next(seen: Seen): FeedStep | undefined {
    if (seen.through > this.#through) throw new ViewError('reset', 'the view is behind the reader');
    if (seen.through < this.#floor) throw new ViewError('reset', `the feed starts after ${this.#floor}`);
    if (seen.through === this.#through && seen.marks === this.#marks) return undefined;
    const changes = this.#kept.filter(({ revision }) => revision > seen.through).slice(0, BATCH);
    const last = changes.at(-1);
    const through = changes.length === BATCH && last !== undefined ? last.revision : this.#through;
    const contact = seen.contacts === this.#contacts ? undefined : this.#contact;
    return { batch: { changes, through, ...(contact === undefined ? {} : { contact }) }, seen: { through, marks: this.#marks, contacts: this.#contacts } };
  }
}
