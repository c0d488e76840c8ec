import { decodeRecord, encodeRecord } from '@mintmark/contract';
import { type Entry, type Kind, type LiveEntry, type MintRecord, type Revision, type UniqueIndex, uniqueKeysOf } from '@mintmark/domain';
import type { ListQuery } from '@mintmark/view';

const MAX_LIST = 1_000;

interface Row {
  readonly kind: Kind;
  readonly id: string;
  readonly idBytes: Buffer;
  readonly revision: Revision;
  readonly createIndex: number;
  readonly bytes: Uint8Array;
  readonly keys: readonly string[];
}

/** The live records of a view: bytes, found in the plainest way. */
export class ViewTables {
  readonly #rows = new Map<string, Row>();
  readonly #holders = new Map<string, string>();
  readonly #tampered = new Set<string>();

  copy(): ViewTables {
    const copy = new ViewTables();
    for (const [key, row] of this.#rows) copy.#rows.set(key, row);
    for (const [key, holder] of this.#holders) copy.#holders.set(key, holder);
    for (const key of this.#tampered) copy.#tampered.add(key);
    return copy;
  }

  fold({ revision, record }: Entry): void {
    const key = `${record.kind}/${record.id}`;
    this.#tampered.delete(key);
    const before = this.#rows.get(key);
    for (const held of before?.keys ?? []) if (this.#holders.get(held) === key) this.#holders.delete(held);
    this.#rows.delete(key);
    if (record.deleted) return;
    const { kind, id, createIndex } = record;
    const keys = uniqueKeysOf(record as MintRecord).map(({ index, value }) => `${kind}.${index}/${value}`);
    const bytes = encodeRecord(record as MintRecord);
    this.#rows.set(key, { kind, id, idBytes: Buffer.from(id), revision, createIndex: createIndex === 0 ? revision : createIndex, bytes, keys });
    for (const held of keys) this.#holders.set(held, key);
  }

  get<K extends Kind>(kind: K, id: string): LiveEntry<K> | undefined {
    return read(this.#rows.get(`${kind}/${id}`));
  }

  find<K extends Kind>(kind: K, index: UniqueIndex, value: string): LiveEntry<K> | undefined {
    return read(this.#rows.get(this.#holders.get(`${kind}.${index}/${value}`) ?? ''));
  }

  list<K extends Kind>(kind: K, query: ListQuery): LiveEntry<K>[] {
    const rows = [...this.#rows.values()].filter((row) => row.kind === kind);
    const wanted = query.order === 'id' ? byId(rows, query) : byCreation(rows, query);
    return wanted.slice(0, Math.min(query.limit, MAX_LIST)).map((row) => read<K>(row) as LiveEntry<K>);
  }

  /** Kinds and ids whose row somebody has changed who is no replicator, and that were not folded since. */
  get tampered(): ReadonlySet<string> {
    return this.#tampered;
  }

  /** Changes a row behind everybody's back, or takes it away. */
  tamper(key: string, change: (bytes: Uint8Array, revision: Revision) => Uint8Array | undefined): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    const bytes = change(row.bytes, row.revision);
    if (bytes === undefined) {
      for (const held of row.keys) if (this.#holders.get(held) === key) this.#holders.delete(held);
      this.#rows.delete(key);
    } else this.#rows.set(key, { ...row, bytes });
    this.#tampered.add(key);
  }

  /** What is there, for a comparison: kind and id, and the bytes with their revision. */
  *all(): Iterable<readonly [string, { readonly revision: Revision; readonly bytes: Uint8Array }]> {
    yield* this.#rows;
  }
}

function read<K extends Kind>(row: Row | undefined): LiveEntry<K> | undefined {
  return row === undefined ? undefined : ({ revision: row.revision, record: decodeRecord(row.bytes, row.revision) } as LiveEntry<K>);
}

function byId(rows: Row[], { prefix = '', from, reverse = false }: ListQuery & { readonly order: 'id' }): Row[] {
  const start = from === undefined ? undefined : Buffer.from(from);
  const inside = rows.filter((row) => row.id.startsWith(prefix) && (start === undefined || sign(Buffer.compare(row.idBytes, start), reverse) >= 0));
  return inside.sort((a, b) => sign(Buffer.compare(a.idBytes, b.idBytes), reverse));
}

function byCreation(rows: Row[], { from, reverse = false }: ListQuery & { readonly order: 'created' }): Row[] {
  const place = (row: Pick<Row, 'createIndex' | 'idBytes'>, other: Pick<Row, 'createIndex' | 'idBytes'>): number =>
    sign(row.createIndex - other.createIndex || Buffer.compare(row.idBytes, other.idBytes), reverse);
  const start = from === undefined ? undefined : { createIndex: from.createIndex, idBytes: Buffer.from(from.id) };
  return rows.filter((row) => start === undefined || place(row, start) >= 0).sort(place);
}

function sign(order: number, reverse: boolean): number {
  return reverse ? -order : order;
}
