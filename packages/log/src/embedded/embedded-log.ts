import { encodeRecord, MalformedRecord } from '@mintmark/contract';
import { type Entry, keyText, laterOf, type MintRecord, NO_REVISION, type RecordKey, type Revision, revision } from '@mintmark/domain';
import {
  type AppendOptions,
  type CallOptions,
  type Expect,
  type Log,
  LogError,
  type LogHead,
  MAX_RECORD_BYTES,
  type RewriteOptions,
  type Seen,
  type TailBatch,
  type TailOptions,
} from '../log.ts';
import { Bell } from './bell.ts';
import { ownFolder } from './owner.ts';
import { newIncarnation, Store, type Stored } from './store.ts';
import { entryOf, tailOf } from './tail.ts';
import { Writer } from './writer.ts';

/** Bytes of the longest key text; the file takes keys of up to 1,978 bytes. */
const MAX_KEY_BYTES = 1_900;

export interface EmbeddedLogOptions {
  /** Folder of the log; made when it is missing. Nothing else may lie in it. */
  readonly path: string;
  /** For a log made anew: its incarnation, 22 base64url characters, and the revision that it starts from. Ignored for one that exists. */
  readonly incarnation?: string;
  readonly base?: Revision;
}

/** Opens the log in a folder, or makes it. Throws `LogError` `unavailable`: another process has it open, or it cannot be read. */
export async function openEmbeddedLog({ path, ...first }: EmbeddedLogOptions): Promise<Log> {
  let owner: Disposable | undefined;
  try {
    owner = ownFolder(path);
    return new EmbeddedLog(new Store(path, first), owner);
  } catch (cause) {
    owner?.[Symbol.dispose]();
    if (cause instanceof LogError) throw cause;
    throw new LogError('unavailable', `the log in ${path} cannot be opened: ${(cause as Error).message}`, { cause });
  }
}

/** A log in one folder, owned by one process. */
class EmbeddedLog implements Log {
  readonly #store: Store;
  readonly #owner: Disposable;
  readonly #bell = new Bell();
  readonly #writer: Writer;
  #closed: Promise<void> | undefined;

  constructor(store: Store, owner: Disposable) {
    this.#store = store;
    this.#owner = owner;
    this.#writer = new Writer(store, () => this.#bell.ring());
  }

  async append(record: MintRecord, expect: Expect, { signal, seen }: AppendOptions = {}): Promise<Revision> {
    this.#check(signal);
    const append = storable(record);
    return this.#writer.run(() => this.#decide(append, expect, seen), signal);
  }

  async get(key: RecordKey, { signal }: CallOptions = {}): Promise<Entry | undefined> {
    this.#check(signal);
    const text = keyText(key);
    const found = text.length > MAX_KEY_BYTES ? undefined : this.#store.find(text);
    if (found === undefined) return undefined;
    try {
      return entryOf(found);
    } catch (cause) {
      if (!(cause instanceof MalformedRecord)) throw cause;
      throw new LogError('unavailable', `the record at ${found.revision} cannot be read: ${cause.message}`, { cause });
    }
  }

  async head({ signal }: CallOptions = {}): Promise<LogHead> {
    this.#check(signal);
    const { head, compacted } = this.#store.marks;
    return { ...this.#store.identity, complete: true, revision: head, compacted };
  }

  tail(options: TailOptions): AsyncIterable<TailBatch> {
    return tailOf({ store: this.#store, bell: this.#bell, checkOpen: () => this.#check(undefined) }, options);
  }

  async compact(before: Revision, { signal }: CallOptions = {}): Promise<number> {
    this.#check(signal);
    const mark = await this.#writer.run(() => this.#markCompacted(before), signal);
    let purged = 0;
    for (let more = true; more; ) {
      this.#check(signal);
      const step = await this.#writer.run(() => this.#purge(mark), signal);
      purged += step.purged;
      more = step.more;
    }
    return purged;
  }

  async rewrite(records: AsyncIterable<MintRecord>, { above, signal }: RewriteOptions): Promise<LogHead> {
    const entries: Stored[] = [];
    for await (const record of records) {
      this.#check(signal);
      entries.push({ revision: revision(above + entries.length + 1), ...storable(record) });
    }
    await this.#writer.run(() => {
      this.#store.beginAgain({ incarnation: newIncarnation(), base: above });
      for (const entry of entries) this.#store.put(entry);
    }, signal);
    return this.head();
  }

  close(): Promise<void> {
    this.#closed ??= this.#shut();
    return this.#closed;
  }

  async #shut(): Promise<void> {
    this.#bell.ring();
    await this.#writer.close();
    await this.#store.close();
    this.#owner[Symbol.dispose]();
  }

  /** Within a transaction. */
  #decide(append: Omit<Stored, 'revision'>, expect: Expect, seen: Seen | undefined): Revision {
    const { head } = this.#store.marks;
    if (seen !== undefined && (seen.incarnation !== this.#store.identity.incarnation || seen.revision > head)) {
      throw new LogError('unavailable', `this log, which ends at ${head}, is not the one in which ${seen.revision} was seen`);
    }
    const [expected, found] = 'head' in expect ? [expect.head, head] : [expect.key, this.#store.revisionOf(append.key)];
    if (found !== expected) {
      throw new LogError('conflict', `the ${'head' in expect ? 'log' : 'key'} is at ${found}, not at ${expected}`, { revision: found });
    }
    const at = revision(head + 1);
    this.#store.put({ revision: at, ...append });
    return at;
  }

  /** Within a transaction. Returns how far the purge may go. */
  #markCompacted(before: Revision): Revision {
    const { head, compacted } = this.#store.marks;
    const mark = before < head ? before : head;
    if (mark > compacted) this.#store.setMark('compacted', mark);
    return laterOf(mark, compacted);
  }

  /** Within a transaction: purges the tombstones of one stretch. */
  #purge(mark: Revision): { readonly purged: number; readonly more: boolean } {
    const { purged } = this.#store.marks;
    if (purged >= mark) return { purged: 0, more: false };
    const { entries, more } = this.#store.between(purged, mark);
    const tombstones = entries.filter((entry) => entry.deleted);
    for (const tombstone of tombstones) this.#store.remove(tombstone);
    this.#store.setMark('purged', more ? (entries.at(-1)?.revision ?? NO_REVISION) : mark);
    return { purged: tombstones.length, more };
  }

  #check(signal: AbortSignal | undefined): void {
    if (this.#closed !== undefined) throw new LogError('closed', 'the log is closed');
    signal?.throwIfAborted();
  }
}

function storable(record: MintRecord): Omit<Stored, 'revision'> {
  const key = keyText(record);
  const bytes = encodeRecord(record);
  if (key.length > MAX_KEY_BYTES) throw new LogError('too_large', `the id makes a key of ${key.length} bytes; at most ${MAX_KEY_BYTES} are stored`);
  if (bytes.length > MAX_RECORD_BYTES) throw new LogError('too_large', `the record has ${bytes.length} bytes; at most ${MAX_RECORD_BYTES} are stored`);
  return { key, deleted: record.deleted, bytes };
}
