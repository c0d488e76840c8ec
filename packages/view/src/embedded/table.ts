import { decodeRecord } from '@mintmark/contract';
import { type Kind, type LiveEntry, type LiveRecord, type MintRecord, type Revision, type UniqueIndex, uniqueKeysOf } from '@mintmark/domain';
import type { ListQuery } from '../view.ts';
import { compareBytes, SlotOrder } from './order.ts';
import { Slab } from './slab.ts';

/** Stands for what is looked for, in orders that compare slots. */
const PROBE = 0;
const MAX_LIST = 1000;

/**
 * The live records of one kind: bytes in a slab, found by id, by unique key and in two orders. What is kept for each record
 * on the object heap is its id and the texts of its keys.
 */
export class Table<K extends Kind> {
  readonly #slab = new Slab();
  readonly #slots = new Map<string, number>();
  readonly #holders = new Map<string, number>();
  readonly #ids: string[] = [''];
  readonly #vacant: number[] = [];
  #revisions = new Float64Array(1024);
  #createIndexes = new Float64Array(1024);
  readonly #byId = new SlotOrder((a, b) => this.#compareIds(a, b));
  readonly #byCreation = new SlotOrder((a, b) => (this.#createIndexes[a] ?? 0) - (this.#createIndexes[b] ?? 0) || this.#compareIds(a, b));

  get(id: string): LiveEntry<K> | undefined {
    const slot = this.#slots.get(id);
    return slot === undefined ? undefined : this.#read(slot);
  }

  find(index: UniqueIndex, value: string): LiveEntry<K> | undefined {
    const slot = this.#holders.get(keyText(index, value));
    return slot === undefined ? undefined : this.#read(slot);
  }

  list(query: ListQuery): readonly LiveEntry<K>[] {
    const found: LiveEntry<K>[] = [];
    const limit = Math.min(query.limit, MAX_LIST);
    for (const slot of query.order === 'id' ? this.#idsOf(query) : this.#creationsOf(query)) {
      if (found.length >= limit) break;
      found.push(this.#read(slot));
    }
    return found;
  }

  put(record: LiveRecord, revision: Revision, bytes: Uint8Array): void {
    const known = this.#slots.get(record.id);
    const createIndex = record.createIndex === 0 ? revision : record.createIndex;
    const slot = known ?? this.#open(record.id);
    if (known !== undefined) this.#releaseKeys(known);
    if (known === undefined || this.#createIndexes[slot] !== createIndex) {
      if (known !== undefined) this.#byCreation.remove(slot);
      this.#createIndexes[slot] = createIndex;
      this.#byCreation.add(slot);
    }
    this.#revisions[slot] = revision;
    this.#slab.write(slot, bytes);
    for (const { index, value } of uniqueKeysOf(record as MintRecord)) this.#holders.set(keyText(index, value), slot);
  }

  remove(id: string): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    this.#releaseKeys(slot);
    this.#byCreation.remove(slot);
    this.#byId.remove(slot);
    this.#slots.delete(id);
    this.#slab.free(slot);
    this.#ids[slot] = '';
    this.#vacant.push(slot);
  }

  /** A key that another record has taken over stays with it. */
  #releaseKeys(slot: number): void {
    for (const { index, value } of uniqueKeysOf(this.#read(slot).record as MintRecord)) {
      const key = keyText(index, value);
      if (this.#holders.get(key) === slot) this.#holders.delete(key);
    }
  }

  #read(slot: number): LiveEntry<K> {
    const revision = (this.#revisions[slot] ?? 0) as Revision;
    return { revision, record: decodeRecord(this.#slab.read(slot), revision) } as LiveEntry<K>;
  }

  #open(id: string): number {
    const slot = this.#vacant.pop() ?? this.#ids.length;
    this.#ids[slot] = id;
    if (slot >= this.#revisions.length) {
      this.#revisions = grown(this.#revisions);
      this.#createIndexes = grown(this.#createIndexes);
    }
    this.#slots.set(id, slot);
    this.#byId.add(slot);
    return slot;
  }

  #compareIds(a: number, b: number): number {
    return compareBytes(this.#ids[a] ?? '', this.#ids[b] ?? '');
  }

  #creationsOf({ from, reverse }: ListQuery & { order: 'created' }): Iterable<number> {
    if (from !== undefined) {
      this.#ids[PROBE] = from.id;
      this.#createIndexes[PROBE] = from.createIndex;
    }
    const start = from === undefined ? undefined : PROBE;
    return reverse === true ? this.#byCreation.downwards(start) : this.#byCreation.upwards(start);
  }

  *#idsOf({ from, prefix = '', reverse }: ListQuery & { order: 'id' }): Iterable<number> {
    const slots = reverse === true ? this.#idsDown(from, prefix) : this.#idsUp(from, prefix);
    for (const slot of slots) {
      if (!(this.#ids[slot] ?? '').startsWith(prefix)) return;
      yield slot;
    }
  }

  #idsUp(from: string | undefined, prefix: string): Iterable<number> {
    this.#ids[PROBE] = from !== undefined && compareBytes(from, prefix) > 0 ? from : prefix;
    return this.#byId.upwards(PROBE);
  }

  /** Passes over what lies above the prefix: by search where there is a cursor below it, else from the prefix's end. */
  #idsDown(from: string | undefined, prefix: string): Iterable<number> {
    const inside = from?.startsWith(prefix) === true || (from !== undefined && compareBytes(from, prefix) < 0);
    if (!inside && prefix === '') return this.#byId.downwards();
    this.#ids[PROBE] = inside ? from : `${prefix}${LAST}`;
    return this.#byId.downwards(PROBE);
  }
}

/** No text goes on with the second half of a surrogate pair: this sorts above all that do go on. */
const LAST = '\udfff';

/** A digest's hex takes half the memory as bytes. */
function keyText(index: UniqueIndex, value: string): string {
  return index === 'secret' && /^[0-9a-f]{64}$/.test(value) ? Buffer.from(value, 'hex').toString('latin1') : `${index}/${value}`;
}

function grown(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const next = new Float64Array(column.length * 2);
  next.set(column);
  return next;
}

