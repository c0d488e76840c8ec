import { randomBytes } from 'node:crypto';
import { encodeRecord } from '@mintmark/contract';
import { type Entry, type Kind, KINDS, type LiveEntry, laterOf, type MintRecord, NO_REVISION, type Revision, type UniqueIndex } from '@mintmark/domain';
import type { ApplyRange, CallOptions, ChangeBatch, Contact, ListQuery, MarkOptions, Read, ResetOptions, View, Watermark } from '../view.ts';
import { ViewError } from '../view.ts';
import { ChangeFeed } from './feed.ts';
import { Table } from './table.ts';

export interface EmbeddedViewOptions {
  /** How many changes the feed keeps for readers that come late or are slow. Default 65,536. */
  readonly feedLimit?: number;
}

/** A view in this process's memory: empty, not ready, until its replicator folds a log into it. */
export function openEmbeddedView(options: EmbeddedViewOptions = {}): View {
  return new EmbeddedView(options.feedLimit ?? 65_536);
}

type Tables = { readonly [K in Kind]: Table<K> };

/** What one epoch shows. */
interface Shown {
  watermark: Watermark;
  readonly tables: Tables;
  /** Absent until the view is ready for the first time: before that there is nothing that a reader could have kept. */
  feed: ChangeFeed | undefined;
}

class EmbeddedView implements View {
  readonly #feedLimit: number;
  /** Outlives resets. */
  readonly #tableIndexes = new Map<Kind, Revision>();
  #shown: Shown | undefined;
  #closed = false;

  constructor(feedLimit: number) {
    this.#feedLimit = feedLimit;
  }

  async watermark(options?: CallOptions): Promise<Watermark> {
    return this.#present(options).watermark;
  }

  async get<K extends Kind>(kind: K, id: string, options?: CallOptions): Promise<Read<LiveEntry<K> | undefined>> {
    return this.#read(kind, (table) => table.get(id), options);
  }

  async find<K extends Kind>(kind: K, index: UniqueIndex, value: string, options?: CallOptions): Promise<Read<LiveEntry<K> | undefined>> {
    return this.#read(kind, (table) => table.find(index, value), options);
  }

  async list<K extends Kind>(kind: K, query: ListQuery, options?: CallOptions): Promise<Read<readonly LiveEntry<K>[]>> {
    return this.#read(kind, (table) => table.list(query), options);
  }

  async *changes({ epoch, after, signal }: { epoch: string; after: Revision; signal: AbortSignal }): AsyncGenerator<ChangeBatch> {
    if (signal.aborted) return;
    const feed = this.#feedOf(epoch);
    const seen = feed.enter(after);
    while (!signal.aborted) {
      const batch = feed.next(seen);
      if (batch === undefined) await feed.moved(signal);
      else yield batch;
    }
  }

  async apply(entries: readonly Entry[], range: ApplyRange, options?: CallOptions): Promise<void> {
    const shown = this.#at(range.epoch, options);
    if (shown.watermark.revision !== range.from || !isStep(entries, range)) throw gap(shown, `the view is not at ${range.from}, or the step is none`);
    if (range.to === range.from) return;
    const encoded = entries.map(({ record }) => (record.deleted ? undefined : encodeRecord(record as MintRecord)));
    for (const [i, entry] of entries.entries()) this.#fold(shown, entry, encoded[i]);
    shown.watermark = { ...shown.watermark, revision: range.to };
    const changes = entries.map(({ revision, record: { kind, id, scope, deleted } }) => ({ revision, kind, id, scope, deleted }));
    shown.feed?.announce(changes, range.to);
  }

  async mark({ epoch, ready, contact }: MarkOptions, options?: CallOptions): Promise<void> {
    const shown = this.#at(epoch, options);
    const heard = contact === undefined ? undefined : notBehind(contact, shown.watermark.contact);
    shown.watermark = {
      ...shown.watermark,
      ...(ready === undefined ? {} : { ready }),
      ...(heard === undefined ? {} : { contact: heard }),
    };
    if (ready === true) shown.feed ??= new ChangeFeed(this.#feedLimit, shown.watermark.revision);
    shown.feed?.mark(heard);
  }

  async reset({ source, floor }: ResetOptions, options?: CallOptions): Promise<Watermark> {
    this.#admit(options);
    this.#shown?.feed?.end(new ViewError('reset', 'the view was emptied'));
    for (const kind of KINDS) this.#tableIndexes.set(kind, laterOf(this.#tableIndexOf(kind), floor));
    const epoch = randomBytes(16).toString('base64url');
    const watermark: Watermark = { epoch, source: { ...source }, revision: NO_REVISION, ready: false };
    const tables = Object.fromEntries(KINDS.map((kind) => [kind, new Table()])) as unknown as Tables;
    this.#shown = { watermark, tables, feed: undefined };
    return watermark;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#shown?.feed?.end(closed());
    this.#shown = undefined;
  }

  #fold(shown: Shown, { revision, record }: Entry, bytes: Uint8Array | undefined): void {
    const table = shown.tables[record.kind];
    if (record.deleted || bytes === undefined) table.remove(record.id);
    else table.put(record, revision, bytes);
    this.#tableIndexes.set(record.kind, laterOf(this.#tableIndexOf(record.kind), revision));
  }

  #read<K extends Kind, T>(kind: K, look: (table: Table<K>) => T, options: CallOptions | undefined): Read<T> {
    const { watermark, tables } = this.#present(options);
    if (!watermark.ready) throw new ViewError('not_ready', 'the view is being folded');
    return { value: look(tables[kind]), tableIndex: this.#tableIndexOf(kind), watermark };
  }

  #feedOf(epoch: string): ChangeFeed {
    if (this.#closed) throw closed();
    if (this.#shown?.watermark.epoch !== epoch) throw new ViewError('reset', 'the view shows another epoch');
    if (this.#shown.feed === undefined || !this.#shown.watermark.ready) throw new ViewError('not_ready', 'the view is being folded');
    return this.#shown.feed;
  }

  #tableIndexOf(kind: Kind): Revision {
    return this.#tableIndexes.get(kind) ?? NO_REVISION;
  }

  #admit(options: CallOptions | undefined): void {
    options?.signal?.throwIfAborted();
    if (this.#closed) throw closed();
  }

  #present(options: CallOptions | undefined): Shown {
    this.#admit(options);
    if (this.#shown === undefined) throw new ViewError('not_ready', 'the view was never filled');
    return this.#shown;
  }

  #at(epoch: string, options: CallOptions | undefined): Shown {
    this.#admit(options);
    if (this.#shown?.watermark.epoch !== epoch) throw gap(this.#shown, 'the view shows another epoch');
    return this.#shown;
  }
}

function isStep(entries: readonly Entry[], { from, to }: ApplyRange): boolean {
  let last = from;
  for (const { revision } of entries) {
    if (revision <= last) return false;
    last = revision;
  }
  return last <= to;
}

function notBehind(told: Contact, known: Contact | undefined): Contact {
  const same = known !== undefined && known.region === told.region && known.incarnation === told.incarnation;
  return same ? { ...told, covered: laterOf(known.covered, told.covered) } : { ...told };
}

function gap(shown: Shown | undefined, message: string): ViewError {
  if (shown === undefined) return new ViewError('gap', 'the view was never filled');
  const { epoch, revision } = shown.watermark;
  return new ViewError('gap', message, { have: { epoch, revision } });
}

function closed(): ViewError {
  return new ViewError('closed', 'the view is closed');
}
