import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { decodeRecord, encodeRecord, MalformedRecord } from '@mintmark/contract';
import { type Entry, keyText, type MintRecord, NO_REVISION, type RecordKey, type Revision, revision } from '@mintmark/domain';
import { type CallOptions, type Expect, type Log, LogError, type LogHead, MAX_RECORD_BYTES, type SetAside, type TailBatch, type TailOptions } from '../log.ts';
import { lockFolder } from './folder-lock.ts';
import { Store, type StoreChange, type Stored } from './store.ts';

/*
 * A log in one file, owned by one process.
 *
 * E1  Appends are decided one after the other, each on the state that those before it leave, and committed in groups: everything that asked
 *     while a commit was under way goes into the next one.
 * E2  Nothing is visible, to readers or to the next decision of another group, before it is on the disk.
 * E3  A tail asks the file for its next batch when its reader asks for it; it holds no more than that.
 */

const BATCH = 1_024;
const PROGRESS_MS = 1_000;

export interface EmbeddedLogOptions {
  /** Folder of the file; made when it is missing. */
  readonly path: string;
  /** For a log made anew: its incarnation, and the revision that it starts from. Ignored for one that exists. */
  readonly incarnation?: string;
  readonly base?: Revision;
}

/** Opens the log, or makes it. Throws `LogError` `unavailable` when another process has it open. */
export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<Log> {
  mkdirSync(dirname(options.path), { recursive: true });
  const lock = lockFolder(options.path);
  try {
    return new EmbeddedLog(new Store(options.path, options), lock);
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

interface Asked {
  readonly record: MintRecord;
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly expect: Expect;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (at: Revision) => void;
  readonly reject: (error: unknown) => void;
}

class EmbeddedLog implements Log {
  readonly #store: Store;
  readonly #lock: Disposable;
  readonly #closing = new AbortController();
  readonly #moved = new Set<() => void>();
  #asked: Asked[] = [];
  readonly #purges: (() => Promise<void>)[] = [];
  #writing: Promise<void> | undefined;
  #head: Revision;
  #closed: Promise<void> | undefined;

  constructor(store: Store, lock: Disposable) {
    this.#store = store;
    this.#lock = lock;
    this.#head = store.head;
  }

  async append(record: MintRecord, expect: Expect, { signal }: CallOptions = {}): Promise<Revision> {
    this.#open(signal);
    const bytes = encodeRecord(record);
    if (bytes.length > MAX_RECORD_BYTES) throw new LogError('too_large', `the record has ${bytes.length} bytes; at most ${MAX_RECORD_BYTES} are stored`);
    return new Promise((resolve, reject) => {
      this.#asked.push({ record, key: keyText(record), bytes, expect, signal, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  async get(key: RecordKey, { signal }: CallOptions = {}): Promise<Entry | undefined> {
    this.#open(signal);
    const at = this.#store.revisionOf(keyText(key));
    const stored = at === undefined ? undefined : this.#store.read(at);
    return stored === undefined ? undefined : entryOf(stored);
  }

  async head({ signal }: CallOptions = {}): Promise<LogHead> {
    this.#open(signal);
    return { incarnation: this.#store.facts.incarnation, revision: this.#head, compacted: this.#store.compacted };
  }

  async *tail(options: TailOptions): AsyncGenerator<TailBatch> {
    const { signal, scope } = options;
    if (signal.aborted) return;
    this.#open(undefined);
    this.#checkStart(options);
    let at = options.after;
    let told = false;
    while (!signal.aborted) {
      this.#open(undefined);
      const head = this.#head;
      const found = this.#store.after(at, BATCH).filter((stored) => stored.revision <= head);
      const through = found.length < BATCH ? head : (found.at(-1) as Stored).revision;
      if (found.length > 0 || through > at || !told) {
        told = true;
        yield batchOf(found, scope, through > at ? through : at);
        at = through > at ? through : at;
        if (at < this.#head) continue;
      }
      if (!(await this.#news(at, signal))) told = false;
    }
  }

  async compact(before: Revision, { signal }: CallOptions = {}): Promise<number> {
    this.#open(signal);
    const mark = revision(Math.max(this.#store.compacted, Math.min(before, this.#head)));
    await this.#store.commit([], { compacted: mark });
    let purged = 0;
    for (let at = NO_REVISION; ; ) {
      const found = this.#store.after(at, BATCH).filter((stored) => stored.revision <= mark);
      const changes = found.flatMap((stored): StoreChange[] => (isTombstone(stored) ? [{ drop: stored.revision, forget: stored.key }] : []));
      if (changes.length > 0) purged += await this.#purge(changes);
      if (found.length < BATCH) return purged;
      at = (found.at(-1) as Stored).revision;
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#shut();
    return this.#closed;
  }

  async #shut(): Promise<void> {
    this.#closing.abort(new LogError('closed', 'the log is closed'));
    await this.#writing;
    await this.#store.close();
    this.#lock[Symbol.dispose]();
  }

  /** Commits group after group, and purges between them, until nobody asks. */
  async #write(): Promise<void> {
    await Promise.resolve();
    while (this.#asked.length > 0 || this.#purges.length > 0) {
      for (const purge of this.#purges.splice(0)) await purge();
      const group = this.#asked;
      this.#asked = [];
      await this.#commit(group);
    }
    this.#writing = undefined;
  }

  async #commit(group: readonly Asked[]): Promise<void> {
    const newest = new Map<string, Revision>();
    const changes: StoreChange[] = [];
    const won: (readonly [Asked, Revision])[] = [];
    let head = this.#head;
    for (const asked of group) {
      const before = newest.get(asked.key) ?? this.#store.revisionOf(asked.key);
      const refusal = asked.signal?.aborted ? asked.signal.reason : conflict(asked.expect, before ?? NO_REVISION, head);
      if (refusal !== undefined) {
        asked.reject(refusal);
        continue;
      }
      head = revision(head + 1);
      newest.set(asked.key, head);
      changes.push({ put: { revision: head, key: asked.key, bytes: asked.bytes }, ...(before === undefined ? {} : { drop: before }) });
      won.push([asked, head]);
    }
    if (won.length === 0) return;
    try {
      await this.#store.commit(changes, { head });
    } catch (cause) {
      for (const [asked] of won) asked.reject(new LogError('unavailable', 'the log could not be written', { cause }));
      return;
    }
    this.#head = head;
    for (const [asked, at] of won) asked.resolve(at);
    for (const wake of this.#moved) wake();
  }

  /** Purges what is still a tombstone, between two commits of appends. Returns how many that were. */
  #purge(found: readonly StoreChange[]): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#purges.push(async () => {
        const due = found.filter(({ drop, forget }) => forget !== undefined && this.#store.revisionOf(forget) === drop);
        try {
          await this.#store.commit(due, {});
          resolve(due.length);
        } catch (cause) {
          reject(new LogError('unavailable', 'the log could not be written', { cause }));
        }
      });
      this.#writing ??= this.#write();
    });
  }

  #checkStart({ after, incarnation }: TailOptions): void {
    const { facts, compacted } = this.#store;
    if (incarnation !== undefined && incarnation !== facts.incarnation) {
      throw new LogError('regressed', `this is incarnation ${facts.incarnation}, not ${incarnation}`, { revision: this.#head });
    }
    if (after > this.#head) throw new LogError('regressed', `the log ends at ${this.#head}, before ${after}`, { revision: this.#head });
    if (after !== 0 && after < compacted) throw new LogError('compacted', `tombstones up to ${compacted} may be purged`, { revision: compacted });
  }

  /** True once there is something after `at`, or the signal aborted; false when it is time for a progress mark. */
  #news(at: Revision, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        this.#moved.delete(wake);
        signal.removeEventListener('abort', aborted);
        this.#closing.signal.removeEventListener('abort', closed);
      };
      const end = (news: boolean): void => {
        leave();
        resolve(news);
      };
      const wake = (): void => end(true);
      const aborted = (): void => end(true);
      const closed = (): void => {
        leave();
        reject(this.#closing.signal.reason);
      };
      const timer = setTimeout(() => end(false), PROGRESS_MS).unref();
      this.#moved.add(wake);
      signal.addEventListener('abort', aborted, { once: true });
      this.#closing.signal.addEventListener('abort', closed, { once: true });
      if (this.#head > at || signal.aborted) end(true);
    });
  }

  #open(signal: AbortSignal | undefined): void {
    this.#closing.signal.throwIfAborted();
    signal?.throwIfAborted();
  }
}

function conflict(expect: Expect, keyAt: Revision, head: Revision): LogError | undefined {
  if ('head' in expect) {
    if (expect.head === head) return undefined;
    return new LogError('conflict', `the log's head is ${head}, not ${expect.head}`, { revision: head });
  }
  if (expect.key === keyAt) return undefined;
  return new LogError('conflict', `the key is at ${keyAt}, not ${expect.key}`, { revision: keyAt });
}

function entryOf(stored: Stored): Entry {
  return { revision: stored.revision, record: decodeRecord(stored.bytes, stored.revision) };
}

function isTombstone(stored: Stored): boolean {
  try {
    return entryOf(stored).record.deleted;
  } catch {
    return false;
  }
}

function batchOf(found: readonly Stored[], scope: TailOptions['scope'], through: Revision): TailBatch {
  const entries: Entry[] = [];
  const setAside: SetAside[] = [];
  for (const stored of found) {
    if (scope !== undefined && !stored.key.startsWith(scope === 'global' ? 'g.' : 'l.')) continue;
    try {
      entries.push(entryOf(stored));
    } catch (error) {
      if (!(error instanceof MalformedRecord)) throw error;
      setAside.push({ revision: stored.revision, key: stored.key, problem: error.message });
    }
  }
  return { entries, through, setAside };
}
