import { randomBytes } from 'node:crypto';
import { type Revision, revision } from '@mintmark/domain';
import { type Database, open, type RootDatabase } from 'lmdb';

/** An append as it lies in the file. */
export interface Stored {
  readonly revision: Revision;
  readonly key: string;
  readonly bytes: Uint8Array;
}

export interface StoreFacts {
  readonly incarnation: string;
  /** Revision that the incarnation started from. */
  readonly base: Revision;
}

/** What one commit puts and takes away. */
export interface StoreChange {
  readonly put?: Stored;
  /** A revision that no longer counts, because its key has a newer one or was purged. */
  readonly drop?: Revision;
  /** A key that is forgotten altogether. */
  readonly forget?: string;
}

const LINE_FEED = 10;

/**
 * The file: `entries` (revision to key and bytes, the newest append of each key), `keys` (key to revision) and `facts`. A commit is on the disk
 * when its promise resolves: overlapping sync, which would resolve before, is off.
 */
export class Store {
  readonly facts: StoreFacts;
  readonly #root: RootDatabase;
  readonly #entries: Database<Buffer, number>;
  readonly #keys: Database<number, string>;
  readonly #facts: Database<unknown, string>;

  constructor(path: string, first: Partial<StoreFacts>) {
    this.#root = open({ path, overlappingSync: false, maxDbs: 4 });
    this.#entries = this.#root.openDB({ name: 'entries', encoding: 'binary' });
    this.#keys = this.#root.openDB({ name: 'keys', encoding: 'json' });
    this.#facts = this.#root.openDB({ name: 'facts', encoding: 'json' });
    const known = this.#facts.get('log') as StoreFacts | undefined;
    this.facts = known ?? { incarnation: first.incarnation ?? randomBytes(16).toString('base64url'), base: first.base ?? revision(0) };
    if (known === undefined) this.#facts.putSync('log', this.facts);
  }

  /** Tombstones at or below it may have been purged. */
  get compacted(): Revision {
    return revision((this.#facts.get('compacted') as number | undefined) ?? 0);
  }

  /** The newest revision ever given; the base when there is none. Survives the purge of the entry that had it. */
  get head(): Revision {
    return revision(Math.max(this.facts.base, (this.#facts.get('head') as number | undefined) ?? 0));
  }

  revisionOf(key: string): Revision | undefined {
    const found = this.#keys.get(key);
    return found === undefined ? undefined : revision(found);
  }

  read(at: Revision): Stored | undefined {
    const found = this.#entries.get(at);
    return found === undefined ? undefined : split(at, found);
  }

  /** At most `limit` entries after a revision, in order. The bytes are copies. */
  after(after: Revision, limit: number): Stored[] {
    const found: Stored[] = [];
    for (const { key, value } of this.#entries.getRange({ start: after + 1, limit })) found.push(split(revision(key), value));
    return found;
  }

  /**
   * Commits all of it at once and resolves when it is on the disk: what is written within one turn of the event loop is one transaction
   * (lmdb's `eventTurnBatching`).
   */
  async commit(changes: readonly StoreChange[], marks: { readonly head?: Revision; readonly compacted?: Revision }): Promise<void> {
    const written: Promise<boolean>[] = [];
    for (const { put, drop, forget } of changes) {
      if (drop !== undefined) written.push(this.#entries.remove(drop));
      if (forget !== undefined) written.push(this.#keys.remove(forget));
      if (put === undefined) continue;
      written.push(this.#entries.put(put.revision, Buffer.concat([Buffer.from(`${put.key}\n`), put.bytes])));
      written.push(this.#keys.put(put.key, put.revision));
    }
    if (marks.head !== undefined) written.push(this.#facts.put('head', marks.head));
    if (marks.compacted !== undefined) written.push(this.#facts.put('compacted', marks.compacted));
    await Promise.all(written);
  }

  close(): Promise<void> {
    return this.#root.close();
  }
}

function split(at: Revision, value: Buffer): Stored {
  const end = value.indexOf(LINE_FEED);
  return { revision: at, key: value.toString('utf8', 0, end), bytes: Buffer.from(value.subarray(end + 1)) };
}
