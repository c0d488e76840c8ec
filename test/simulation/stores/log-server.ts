import { laterOf, NO_REVISION, type Revision, revision, type Scope } from '@mintmark/domain';
import { type Expect, LogError, type LogHead, type Seen } from '@mintmark/log';

/** The newest append of a key. */
export interface StoredEntry {
  readonly revision: Revision;
  readonly key: string;
  readonly deleted: boolean;
  readonly bytes: Uint8Array;
}

export interface AppendRequest {
  readonly key: string;
  readonly deleted: boolean;
  readonly bytes: Uint8Array;
  readonly expect: Expect;
  readonly writeId: string;
  /** The incarnation that the writer takes for the present one, and what it stands on. */
  readonly incarnation: string | undefined;
  readonly seen: Seen | undefined;
  /** The most that the writer's process has seen of the log. */
  readonly known: Seen | undefined;
}

export interface TailRequest {
  readonly after: Revision;
  readonly scope: Scope | undefined;
  readonly incarnation: string | undefined;
  /** Up to where purged tombstones cannot have been missed. */
  readonly safe: Revision;
  readonly withoutPurged: boolean;
}

export interface TailAnswer {
  readonly entries: readonly StoredEntry[];
  readonly through: Revision;
  readonly safe: Revision;
}

/** Hears of each append in the moment at which it is made. */
export type OnAppend = (entry: StoredEntry, before: StoredEntry | undefined) => void;

/** Hears that appends are gone: all beyond a revision. */
export type OnLost = (beyond: Revision) => void;

/** Appends that may be lost at once. */
const MOST_LOST = 24;
const PER_BATCH = 1_024;

/** One region's log as its server keeps it: every append is on the disk before it is answered. */
export class LogServer {
  #incarnation: string;
  #base: Revision;
  #complete = true;
  readonly #entries = new Map<string, StoredEntry>();
  readonly #written = new Map<string, Revision>();
  readonly #waiting = new Set<() => void>();
  readonly #listeners: OnAppend[] = [];
  readonly #mourners: OnLost[] = [];
  /** What the newest appends have replaced. */
  #superseded: StoredEntry[] = [];
  /** By revision; superseded ones are left out when it is read. */
  #order: StoredEntry[] = [];
  #head: Revision;
  #compacted = NO_REVISION;
  #damaged = false;
  /** Whether a writer has said that it saw more than there is. */
  #doubted = false;
  /** Keys whose record was taken away, and was not written again since. */
  readonly #erased = new Set<string>();
  readonly #everErased = new Set<string>();

  constructor(incarnation: string, base: Revision = NO_REVISION) {
    this.#incarnation = incarnation;
    this.#base = base;
    this.#head = base;
  }

  get incarnation(): string {
    return this.#incarnation;
  }

  get head(): LogHead {
    return { incarnation: this.#incarnation, base: this.#base, complete: this.#complete, revision: this.#head, compacted: this.#compacted };
  }

  /** Gives everything up for a log of another incarnation that is not complete yet. Asked again it changes nothing. */
  begin(incarnation: string, base: Revision): void {
    if (this.#incarnation === incarnation) return;
    this.#incarnation = incarnation;
    this.#base = base;
    this.#head = base;
    this.#complete = false;
    this.#damaged = false;
    this.#doubted = false;
    this.#compacted = NO_REVISION;
    this.#entries.clear();
    this.#erased.clear();
    this.#written.clear();
    this.#order = [];
    this.#superseded = [];
    for (const mourner of this.#mourners) mourner(NO_REVISION);
    this.ring();
  }

  /** Whether it lost something and was not written again since. */
  get damaged(): boolean {
    return this.#damaged;
  }

  /** The newest appends are gone, as after a loss of power; what they replaced is there again. */
  loseTail(count: number): void {
    const to = revision(Math.max(this.#base, this.#head - Math.min(count, MOST_LOST)));
    const lost = [...this.#entries.values()].filter(({ revision: at }) => at > to).map(({ key }) => key);
    for (const key of lost) {
      const before = this.#superseded.findLast((entry) => entry.key === key && entry.revision <= to);
      if (before === undefined) this.#entries.delete(key);
      else this.#entries.set(key, before);
    }
    for (const [key, entry] of this.#entries) if (entry.deleted && entry.revision <= this.#compacted) this.#entries.delete(key);
    for (const [id, at] of this.#written) if (at > to) this.#written.delete(id);
    this.#order = [...this.#entries.values()].sort((a, b) => a.revision - b.revision);
    this.#head = to;
    this.#damaged = true;
    for (const mourner of this.#mourners) mourner(to);
    this.ring();
  }

  get erased(): ReadonlySet<string> {
    return this.#erased;
  }

  /** Keys of every record that was ever taken away. */
  get everErased(): ReadonlySet<string> {
    return this.#everErased;
  }

  /** A record is gone, and nobody is told. */
  erase(key: string): void {
    if (!this.#entries.delete(key)) return;
    this.#erased.add(key);
    this.#everErased.add(key);
  }

  /** The log is gone, and an empty one is in its place. */
  recreate(incarnation: string): void {
    this.begin(incarnation, NO_REVISION);
    this.#complete = true;
    this.#damaged = true;
  }

  /** Takes a record of the rewriting; a key that is there already stays. */
  restore(incarnation: string, key: string, bytes: Uint8Array): void {
    if (incarnation !== this.#incarnation) throw new LogError('unavailable', 'somebody else rewrites the log');
    if (!this.#entries.has(key)) this.put(key, false, bytes);
  }

  complete(incarnation: string): void {
    if (incarnation !== this.#incarnation) throw new LogError('unavailable', 'somebody else rewrites the log');
    this.#complete = true;
    this.#compacted = this.#base;
    this.ring();
  }

  onLost(mourner: OnLost): void {
    this.#mourners.push(mourner);
  }

  onAppend(listener: OnAppend): void {
    this.#listeners.push(listener);
  }

  /** An append of a write id that was seen before is that append. */
  append({ key, deleted, bytes, expect, writeId, incarnation, seen, known: most }: AppendRequest): Revision {
    if ([seen, most].some((one) => one?.incarnation === this.#incarnation && one.revision > this.#head)) this.#doubt();
    const strange = this.#doubted || (seen !== undefined && (seen.incarnation !== this.#incarnation || seen.revision > this.#head));
    if (!this.#complete || strange || (incarnation !== undefined && incarnation !== this.#incarnation)) {
      throw new LogError('unavailable', 'the log is not the one that was seen');
    }
    const known = this.#written.get(writeId);
    if (known !== undefined) return known;
    const before = this.#entries.get(key);
    const [expected, found] = 'head' in expect ? [expect.head, this.#head] : [expect.key, before?.revision ?? NO_REVISION];
    if (expected !== found) throw new LogError('conflict', `at ${found}, not at ${expected}`, { revision: found });
    const at = this.put(key, deleted, bytes);
    this.#written.set(writeId, at);
    return at;
  }

  /** Appends whatever it is. */
  put(key: string, deleted: boolean, bytes: Uint8Array): Revision {
    const before = this.#entries.get(key);
    this.#head = revision(this.#head + 1);
    const entry: StoredEntry = { revision: this.#head, key, deleted, bytes };
    this.#entries.set(key, entry);
    this.#erased.delete(key);
    this.#order.push(entry);
    if (before !== undefined) this.#superseded.push(before);
    if (this.#superseded.length > MOST_LOST) this.#superseded.shift();
    if (this.#order.length > 2 * this.#entries.size + 64) this.#order = this.#order.filter((one) => this.#entries.get(one.key) === one);
    for (const listener of this.#listeners) listener(entry, before);
    this.ring();
    return entry.revision;
  }

  get(key: string): StoredEntry | undefined {
    return this.#entries.get(key);
  }

  /** Every key's newest append. */
  all(): Iterable<StoredEntry> {
    return this.#entries.values();
  }

  /** What comes next for a reader; `undefined` where there is nothing new. Throws `regressed` and `compacted`. */
  tail({ after, scope, incarnation, safe: safeBefore, withoutPurged }: TailRequest): TailAnswer | undefined {
    if (incarnation !== undefined && incarnation !== this.#incarnation) throw new LogError('regressed', 'another log', { revision: this.#head });
    if (this.#doubted && scope !== 'global') throw new LogError('regressed', 'a writer has seen more', { revision: this.#head });
    if (after > this.#head) throw new LogError('regressed', `the log ends at ${this.#head}`, { revision: this.#head });
    const safe = after === NO_REVISION ? this.#head : laterOf(after, safeBefore);
    if (this.#compacted > safe && !withoutPurged) throw new LogError('compacted', `purged up to ${this.#compacted}`, { revision: this.#compacted });
    if (after === this.#head) return undefined;
    const { entries, more } = this.#between(after);
    const through = more ? (entries.at(-1)?.revision ?? after) : this.#head;
    const prefix = scope === undefined ? '' : scope === 'global' ? 'g.' : 'l.';
    return { entries: entries.filter(({ key }) => key.startsWith(prefix)), through, safe };
  }

  compact(before: Revision): number {
    this.#compacted = laterOf(this.#compacted, before < this.#head ? before : this.#head);
    const due = [...this.#entries.values()].filter((entry) => entry.deleted && entry.revision <= this.#compacted);
    for (const { key } of due) this.#entries.delete(key);
    return due.length;
  }

  /** Calls at the next append. */
  wait(wake: () => void): Disposable {
    this.#waiting.add(wake);
    return { [Symbol.dispose]: () => void this.#waiting.delete(wake) };
  }

  ring(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Said in the log itself, so that tails hear of it. */
  #doubt(): void {
    if (this.#doubted) return;
    this.#doubted = true;
    this.ring();
  }

  #between(after: Revision): { readonly entries: StoredEntry[]; readonly more: boolean } {
    const entries: StoredEntry[] = [];
    for (let at = this.#firstAfter(after); at < this.#order.length; at += 1) {
      const entry = this.#order[at] as StoredEntry;
      if (this.#entries.get(entry.key) !== entry) continue;
      if (entries.length === PER_BATCH) return { entries, more: true };
      entries.push(entry);
    }
    return { entries, more: false };
  }

  #firstAfter(after: Revision): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#order[middle] as StoredEntry).revision <= after) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
