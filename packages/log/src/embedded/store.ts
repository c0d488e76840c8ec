import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { NO_REVISION, type Revision, revision } from '@mintmark/domain';
import { ABORT, type Database, open, type RootDatabase } from 'lmdb';
import { LogError } from '../log.ts';

/** The newest append of a key, as it lies in the file. */
export interface Stored {
  readonly revision: Revision;
  readonly key: string;
  readonly deleted: boolean;
  /** The encoded record; a copy. */
  readonly bytes: Uint8Array;
}

export interface Identity {
  readonly incarnation: string;
  /** Revision that the incarnation started from. */
  readonly base: Revision;
}

export interface Marks {
  /** The newest revision ever given. Outlives the entry that had it. */
  readonly head: Revision;
  readonly compacted: Revision;
  /** No tombstone is left at or below it. Follows `compacted` while a purge runs. */
  readonly purged: Revision;
}

/** Some entries in order of revision, and whether there are more. */
export interface Stretch {
  readonly entries: readonly Stored[];
  readonly more: boolean;
}

const FORMAT = 1;
const HEADER_BYTES = 3;
const DELETED = 1;
/** A stretch ends at whichever comes first, so that one batch never holds much memory. */
const STRETCH_ENTRIES = 1_024;
const STRETCH_BYTES = 4 << 20;

/**
 * The file, in three tables: `entries` (revision to key and record, the newest append of each key only), `keys` (key to revision) and `meta`.
 *
 * Reads see whole commits only, and all reads within one turn of the event loop see the same one. Overlapping sync is off: LMDB flushes the
 * data, then writes through the page that makes the commit visible, and only then does `commit` resolve. The driver's event turn batching is
 * off because its batches reject promises that nobody sees when a commit fails, which ends the process.
 */
export class Store {
  readonly #root: RootDatabase;
  readonly #entries: Database<Buffer, number>;
  readonly #keys: Database<number, string>;
  readonly #meta: Database<string | number, string>;
  #broken: unknown;

  constructor(path: string, first: Partial<Identity>) {
    this.#root = open({ path, noSubdir: false, overlappingSync: false, eventTurnBatching: false, maxDbs: 3 });
    this.#entries = this.#root.openDB({ name: 'entries', encoding: 'binary' });
    this.#keys = this.#root.openDB({ name: 'keys', encoding: 'ordered-binary' });
    this.#meta = this.#root.openDB({ name: 'meta', encoding: 'ordered-binary' });
    const format = this.#meta.get('format');
    if (format === undefined) this.#begin(path, first);
    else if (format !== FORMAT) throw new LogError('unavailable', `${path} has format ${format}; this version reads format ${FORMAT}`);
  }

  get identity(): Identity {
    return { incarnation: String(this.#meta.get('incarnation')), base: this.#mark('base') };
  }

  get marks(): Marks {
    return { head: this.#mark('head'), compacted: this.#mark('compacted'), purged: this.#mark('purged') };
  }

  revisionOf(key: string): Revision {
    return revision(this.#keys.get(key) ?? NO_REVISION);
  }

  find(key: string): Stored | undefined {
    const at = this.revisionOf(key);
    const value = at === NO_REVISION ? undefined : this.#entries.get(at);
    return value === undefined ? undefined : stored(at, value);
  }

  /** The entries in (after, through], as many as one stretch takes. */
  between(after: Revision, through: Revision): Stretch {
    const entries: Stored[] = [];
    let bytes = 0;
    for (const { key, value } of this.#entries.getRange({ start: after + 1, end: through + 1 })) {
      if (entries.length === STRETCH_ENTRIES || bytes > STRETCH_BYTES) return { entries, more: true };
      entries.push(stored(revision(key), value));
      bytes += value.length;
    }
    return { entries, more: false };
  }

  /**
   * Runs `write` in one transaction and resolves once it is on the disk. Throws `Undone` when nothing of it is in the file, because `write` threw or
   * the disk is full; anything else means that the commit may or may not be on the disk, and that the store takes no more of them.
   */
  async commit(write: () => void): Promise<void> {
    if (this.#broken !== undefined) throw new Undone(this.#broken);
    let threw: Undone | undefined;
    try {
      await this.#root.childTransaction(() => {
        try {
          write();
        } catch (cause) {
          threw = new Undone(cause);
          throw cause;
        }
      });
    } catch (failure) {
      if (threw !== undefined) throw threw;
      const reason = await reasonOf(failure);
      if (this.#takesWrites()) throw new Undone(reason);
      this.#broken = reason;
      throw reason;
    }
  }

  /** Only within `commit`: makes this the newest append of its key, and of the log. */
  put({ revision: at, key, deleted, bytes }: Stored): void {
    const superseded = this.revisionOf(key);
    if (superseded !== NO_REVISION) void this.#entries.remove(superseded);
    const value = Buffer.allocUnsafe(HEADER_BYTES + key.length + bytes.length);
    value.writeUInt8(deleted ? DELETED : 0, 0);
    value.writeUInt16BE(key.length, 1);
    value.write(key, HEADER_BYTES, 'latin1');
    value.set(bytes, HEADER_BYTES + key.length);
    void this.#entries.put(at, value);
    void this.#keys.put(key, at);
    void this.#meta.put('head', at);
  }

  /** Only within `commit`: forgets a key. */
  remove({ revision: at, key }: Stored): void {
    void this.#entries.remove(at);
    void this.#keys.remove(key);
  }

  /** Only within `commit`. */
  setMark(name: 'compacted' | 'purged', at: Revision): void {
    void this.#meta.put(name, at);
  }

  /** Only within `commit`: begins anew, with nothing in it. */
  beginAgain(next: Identity): void {
    for (const at of [...this.#entries.getKeys()]) void this.#entries.remove(at);
    for (const key of [...this.#keys.getKeys()]) void this.#keys.remove(key);
    this.#identify(next);
    this.setMark('compacted', next.base);
    this.setMark('purged', next.base);
  }

  close(): Promise<void> {
    return this.#root.close();
  }

  #begin(path: string, first: Partial<Identity>): void {
    if (this.#root.getKeysCount() > 3) throw new LogError('unavailable', `${path} was not written by this version: use another folder`);
    this.#root.transactionSync(() => {
      void this.#meta.put('format', FORMAT);
      this.#identify({ incarnation: first.incarnation ?? newIncarnation(), base: first.base ?? NO_REVISION });
    });
    const folder = openSync(path, 'r');
    fsyncSync(folder);
    closeSync(folder);
  }

  /** Only within a transaction. */
  #identify({ incarnation, base }: Identity): void {
    void this.#meta.put('incarnation', incarnation);
    void this.#meta.put('base', base);
    void this.#meta.put('head', base);
  }

  /** LMDB takes no more writes once the page that makes a commit visible could not be written; before that page, nothing has happened. */
  #takesWrites(): boolean {
    try {
      this.#root.transactionSync(() => ABORT);
      return true;
    } catch {
      return false;
    }
  }

  #mark(name: 'base' | 'head' | 'compacted' | 'purged'): Revision {
    return revision(Number(this.#meta.get(name) ?? NO_REVISION));
  }
}

/** 22 base64url characters. */
export function newIncarnation(): string {
  return randomBytes(16).toString('base64url');
}

/** A transaction was undone by what is its `cause`: nothing of it is in the file. */
export class Undone extends Error {
  constructor(cause: unknown) {
    super('the transaction was undone', { cause });
    this.name = 'Undone';
  }
}

function stored(at: Revision, value: Buffer): Stored {
  const end = HEADER_BYTES + value.readUInt16BE(1);
  return { revision: at, key: value.toString('latin1', HEADER_BYTES, end), deleted: (value[0] ?? 0) === DELETED, bytes: value.subarray(end) };
}

/** LMDB's driver keeps the reason of a failed commit in a promise of its own, which nobody else looks at. */
async function reasonOf(failure: unknown): Promise<unknown> {
  const { commitError } = failure as { readonly commitError?: Promise<unknown> };
  if (commitError === undefined) return failure;
  return commitError.then(
    () => failure,
    (reason: unknown) => reason,
  );
}
