import { type Entry, type Kind, KINDS, type LiveEntry, laterOf, NO_REVISION, type Revision, type UniqueIndex } from '@mintmark/domain';
import { type ApplyRange, type ListQuery, type MarkOptions, type Read, type ResetOptions, ViewError, type Watermark } from '@mintmark/view';
import { type FeedStep, type Seen, ViewFeed } from './view-feed.ts';
import { ViewTables } from './view-tables.ts';

interface Shown {
  watermark: Watermark;
  readonly tables: ViewTables;
  readonly tableIndexes: Map<Kind, Revision>;
  feed: ViewFeed | undefined;
}

/** Hears of each new watermark; `undefined` when the view was emptied. */
export type OnMoved = (watermark: Watermark | undefined) => void;

/**
 * One region's view as its store keeps it. What was written since the last `save` is lost when the store restarts; then it is not ready, and refuses a writer that
 * has not read the watermark since.
 */
export class ViewServer {
  readonly #feedLimit: number;
  readonly #newEpoch: () => string;
  readonly #waiting = new Set<() => void>();
  readonly #listeners: OnMoved[] = [];
  #shown: Shown | undefined;
  #saved: Shown | undefined;
  #readyUpTo = NO_REVISION;
  /** Another one after each restart. */
  #run = 1;

  constructor(newEpoch: () => string, feedLimit: number) {
    this.#newEpoch = newEpoch;
    this.#feedLimit = feedLimit;
  }

  get run(): number {
    return this.#run;
  }

  onMoved(listener: OnMoved): void {
    this.#listeners.push(listener);
  }

  /** The highest revision that anybody could read. */
  get readyUpTo(): Revision {
    return this.#readyUpTo;
  }

  /** For judges: what it shows, ready or not. */
  get shown(): { readonly watermark: Watermark; readonly tables: ViewTables } | undefined {
    return this.#shown;
  }

  /** Kinds and ids of every row that was ever tampered with. */
  readonly everTampered = new Set<string>();

  tamper(key: string, change: Parameters<ViewTables['tamper']>[1]): void {
    this.everTampered.add(key);
    this.#shown?.tables.tamper(key, change);
  }

  /** What a restart comes back with. */
  save(): void {
    this.#saved = this.#shown === undefined ? undefined : copyOf(this.#shown);
  }

  restart(): void {
    this.#run += 1;
    this.#shown = this.#saved === undefined ? undefined : copyOf(this.#saved);
    if (this.#shown !== undefined) this.#shown.watermark = { ...this.#shown.watermark, ready: false };
    this.#moved();
  }

  /** Everything is gone. */
  empty(): void {
    this.#run += 1;
    this.#shown = undefined;
    this.#saved = undefined;
    this.#moved();
  }

  watermark(): Watermark {
    if (this.#shown === undefined) throw new ViewError('not_ready', 'the view was never filled');
    return this.#shown.watermark;
  }

  get<K extends Kind>(kind: K, id: string): Read<LiveEntry<K> | undefined> {
    return this.#read(kind, (tables) => tables.get(kind, id));
  }

  find<K extends Kind>(kind: K, index: UniqueIndex, value: string): Read<LiveEntry<K> | undefined> {
    return this.#read(kind, (tables) => tables.find(kind, index, value));
  }

  list<K extends Kind>(kind: K, query: ListQuery): Read<readonly LiveEntry<K>[]> {
    return this.#read(kind, (tables) => tables.list(kind, query));
  }

  apply(entries: readonly Entry[], { epoch, from, to }: ApplyRange, run: number | undefined): void {
    const shown = this.#at(epoch, run);
    if (shown.watermark.revision !== from || !isStep(entries, from, to)) throw gap(shown);
    if (to === from) return;
    for (const entry of entries) {
      shown.tables.fold(entry);
      shown.tableIndexes.set(entry.record.kind, laterOf(indexOf(shown, entry.record.kind), entry.revision));
    }
    shown.watermark = { ...shown.watermark, revision: to };
    const changes = entries.map(({ revision, record: { kind, id, scope, deleted } }) => ({ revision, kind, id, scope, deleted }));
    shown.feed?.announce(changes, to);
    this.#moved();
  }

  mark({ epoch, ready, contact }: MarkOptions, run: number | undefined): void {
    const shown = this.#at(epoch, run);
    const known = shown.watermark.contact;
    const same = contact !== undefined && known !== undefined && known.region === contact.region && known.incarnation === contact.incarnation;
    const heard = same ? { ...contact, covered: laterOf(known.covered, contact.covered) } : contact;
    shown.watermark = { ...shown.watermark, ...(ready === undefined ? {} : { ready }), ...(heard === undefined ? {} : { contact: heard }) };
    if (ready === true) shown.feed ??= new ViewFeed(this.#feedLimit, shown.watermark.revision);
    shown.feed?.mark(heard);
    this.#moved();
  }

  reset({ source, floor }: ResetOptions): Watermark {
    const before = this.#shown;
    const tableIndexes = new Map(KINDS.map((kind) => [kind, laterOf(before === undefined ? NO_REVISION : indexOf(before, kind), floor)]));
    const watermark: Watermark = { epoch: this.#newEpoch(), source: { ...source }, revision: NO_REVISION, ready: false };
    this.#shown = { watermark, tables: new ViewTables(), tableIndexes, feed: undefined };
    this.#moved();
    return watermark;
  }

  enter(epoch: string, after: Revision): Seen {
    return this.#feedOf(epoch, true).enter(after);
  }

  next(epoch: string, seen: Seen): FeedStep | undefined {
    return this.#feedOf(epoch, false).next(seen);
  }

  /** Calls when it moved. */
  wait(wake: () => void): Disposable {
    this.#waiting.add(wake);
    return { [Symbol.dispose]: () => void this.#waiting.delete(wake) };
  }

  #moved(): void {
    if (this.#shown?.watermark.ready === true) this.#readyUpTo = laterOf(this.#readyUpTo, this.#shown.watermark.revision);
    for (const listener of this.#listeners) listener(this.#shown?.watermark);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #read<T>(kind: Kind, look: (tables: ViewTables) => T): Read<T> {
    const watermark = this.watermark();
    const shown = this.#shown as Shown;
    if (!watermark.ready) throw new ViewError('not_ready', 'the view is being folded');
    return { value: look(shown.tables), tableIndex: indexOf(shown, kind), watermark };
  }

  #feedOf(epoch: string, atStart: boolean): ViewFeed {
    const shown = this.#shown;
    if (shown === undefined || shown.watermark.epoch !== epoch) throw new ViewError('reset', 'another epoch');
    if (shown.feed === undefined || (atStart && !shown.watermark.ready)) throw new ViewError('not_ready', 'the view is being folded');
    return shown.feed;
  }

  #at(epoch: string, run: number | undefined): Shown {
    const shown = this.#shown;
    if (shown?.watermark.epoch !== epoch || (run !== undefined && run !== this.#run)) throw gap(shown);
    return shown;
  }
}

function copyOf({ watermark, tables, tableIndexes, feed }: Shown): Shown {
  return { watermark, tables: tables.copy(), tableIndexes: new Map(tableIndexes), feed: feed?.copy() };
}

function indexOf({ tableIndexes }: Shown, kind: Kind): Revision {
  return tableIndexes.get(kind) ?? NO_REVISION;
}

function isStep(entries: readonly Entry[], from: Revision, to: Revision): boolean {
  let last = from;
  for (const { revision } of entries) {
    if (revision <= last) return false;
    last = revision;
  }
  return last <= to;
}

function gap(shown: Shown | undefined): ViewError {
  if (shown === undefined) return new ViewError('gap', 'the view has nothing');
  const { epoch, revision } = shown.watermark;
  return new ViewError('gap', `the view is at ${revision}`, { have: { epoch, revision } });
}
