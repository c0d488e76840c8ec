import { type Entry, type Kind, type LiveEntry, type MintRecord, type Revision, type UniqueIndex, uniqueKeysOf } from '@mintmark/domain';

/** What a view is meant to be, in the plainest words: the fold of what was applied. */
export class Model {
  readonly #live = new Map<string, LiveEntry>();
  readonly #holders = new Map<string, string>();
  readonly #tables = new Map<Kind, Revision>();
  revision = 0 as Revision;

  apply(entries: readonly Entry[], to: Revision): void {
    for (const entry of entries) this.#fold(entry);
    this.revision = to;
  }

  get(kind: Kind, id: string): LiveEntry | undefined {
    return this.#live.get(`${kind}/${id}`);
  }

  find(kind: Kind, index: UniqueIndex, value: string): LiveEntry | undefined {
    return this.#live.get(this.#holders.get(`${kind}.${index}/${value}`) ?? '');
  }

  byCreation(kind: Kind): readonly LiveEntry[] {
    return this.byId(kind).sort((a, b) => a.record.createIndex - b.record.createIndex);
  }

  byId(kind: Kind): LiveEntry[] {
    const all = [...this.#live.values()].filter(({ record }) => record.kind === kind);
    return all.sort((a, b) => Buffer.compare(Buffer.from(a.record.id), Buffer.from(b.record.id)));
  }

  tableIndex(kind: Kind): Revision {
    return this.#tables.get(kind) ?? (0 as Revision);
  }

  #fold(entry: Entry): void {
    const { record } = entry;
    const key = `${record.kind}/${record.id}`;
    const before = this.#live.get(key);
    for (const { index, value } of before === undefined ? [] : uniqueKeysOf(before.record as MintRecord)) {
      const name = `${record.kind}.${index}/${value}`;
      if (this.#holders.get(name) === key) this.#holders.delete(name);
    }
    this.#live.delete(key);
    if (!record.deleted) {
      this.#live.set(key, entry as LiveEntry);
      for (const { index, value } of uniqueKeysOf(record as MintRecord)) this.#holders.set(`${record.kind}.${index}/${value}`, key);
    }
    this.#tables.set(record.kind, entry.revision);
  }
}
