/*
 * A bounded map from secret digests to encoded records that lives outside the object heap, so that a million entries cost the garbage
 * collector nothing. Values lie in pages that are filled one after the other; when the budget is used up the oldest page is reused, and those of
 * its entries that were asked for meanwhile move on to the newest page (second chance).
 *
 * S1  An entry is found by digest as long as it was neither deleted nor evicted; never another one's value.
 * S2  `deleteById` removes every digest under which the id was stored.
 * S3  Memory is at most the budget, plus the tables: 104 bytes per entry at their fullest.
 * S4  Each `set` has a serial number of its own: an answer with the same number has the same bytes.
 */

const PAGE_BYTES = 1 << 20;
const HEADER_BYTES = 8;
const DIGEST_WORDS = 8;
const ID_WORDS = 4;
const FIRST_SLOTS = 1_024;
const NOWHERE = 0xffff_ffff;

interface Facts {
  readonly revision: number;
  /** Milliseconds since the epoch; `Infinity` for never. */
  readonly expiresAt: number;
}

/** What is cached, where it lies. `bytes` is to be asked for before the next call that changes the cache, and used no longer. */
export interface Cached extends Facts {
  readonly serial: number;
  bytes(): Uint8Array;
}

export interface CacheEntry extends Facts {
  readonly bytes: Uint8Array;
  /** 64 hex digits. */
  readonly digest: string;
  /** UUID. */
  readonly id: string;
}

/** Fixed-width keys to slots: open addressing with linear probing over keys that the slots hold. */
class Index {
  readonly #words: number;
  #keys: Uint32Array;
  #table: Uint32Array;

  constructor(words: number) {
    this.#words = words;
    this.#keys = new Uint32Array(FIRST_SLOTS * words);
    this.#table = new Uint32Array(FIRST_SLOTS * 2).fill(NOWHERE);
  }

  growTo(slots: number): void {
    const keys = new Uint32Array(slots * this.#words);
    keys.set(this.#keys);
    this.#keys = keys;
    const old = this.#table;
    this.#table = new Uint32Array(slots * 2).fill(NOWHERE);
    for (const slot of old) if (slot !== NOWHERE) this.#table[this.#place(this.#keys, slot * this.#words)] = slot;
  }

  find(key: Uint32Array): number {
    return this.#table[this.#place(key, 0)] as number;
  }

  add(slot: number, key: Uint32Array): void {
    this.#keys.set(key, slot * this.#words);
    this.#table[this.#place(key, 0)] = slot;
  }

  /** Removes the slot and closes the gap in its probe sequence. */
  remove(slot: number): void {
    const mask = this.#table.length - 1;
    let gap = this.#place(this.#keys, slot * this.#words);
    if (this.#table[gap] !== slot) return;
    for (let at = (gap + 1) & mask; this.#table[at] !== NOWHERE; at = (at + 1) & mask) {
      const home = this.#home(this.#keys, (this.#table[at] as number) * this.#words);
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        this.#table[gap] = this.#table[at] as number;
        gap = at;
      }
    }
    this.#table[gap] = NOWHERE;
  }

  clear(): void {
    this.#table.fill(NOWHERE);
  }

  #home(keys: Uint32Array, from: number): number {
    return (keys[from] as number) & (this.#table.length - 1);
  }

  /** Where the key is, or where it would go. */
  #place(keys: Uint32Array, from: number): number {
    const mask = this.#table.length - 1;
    let at = this.#home(keys, from);
    for (;;) {
      const slot = this.#table[at] as number;
      if (slot === NOWHERE || this.#equals(slot * this.#words, keys, from)) return at;
      at = (at + 1) & mask;
    }
  }

  #equals(own: number, keys: Uint32Array, from: number): boolean {
    for (let word = 0; word < this.#words; word += 1) if (this.#keys[own + word] !== keys[from + word]) return false;
    return true;
  }
}

export class SlabCache {
  readonly #maxPages: number;
  readonly #pages: Buffer[] = [];
  readonly #digests = new Index(DIGEST_WORDS);
  readonly #ids = new Index(ID_WORDS);
  readonly #digest = new Uint32Array(DIGEST_WORDS);
  readonly #id = new Uint32Array(ID_WORDS);
  #capacity = FIRST_SLOTS;
  #revisions = new Float64Array(FIRST_SLOTS);
  #expiries = new Float64Array(FIRST_SLOTS);
  #serials = new Float64Array(FIRST_SLOTS);
  #offsets = new Float64Array(FIRST_SLOTS);
  #asked = new Uint8Array(FIRST_SLOTS);
  #free: number[] = [];
  #next = 0;
  #size = 0;
  #serial = 0;
  #page = 0;
  #fill = 0;

  /** `maxBytes` is the budget for values; at least two pages of 1 MiB are used. */
  constructor(maxBytes: number) {
    this.#maxPages = Math.max(2, Math.floor(maxBytes / PAGE_BYTES));
  }

  get size(): number {
    return this.#size;
  }

  get(digest: string): Cached | undefined {
    const slot = this.#digests.find(wordsOf(digest, this.#digest));
    if (slot === NOWHERE) return undefined;
    this.#asked[slot] = 1;
    return {
      serial: this.#serials[slot] as number,
      revision: this.#revisions[slot] as number,
      expiresAt: this.#expiries[slot] as number,
      bytes: () => this.#bytesOf(slot),
    };
  }

  /** Stores or replaces. A value larger than a page is not kept. */
  set(entry: CacheEntry): void {
    this.delete(entry.digest);
    this.deleteById(entry.id);
    if (entry.bytes.length + HEADER_BYTES > PAGE_BYTES) return;
    const at = this.#room(entry.bytes.length);
    const slot = this.#takeSlot();
    this.#digests.add(slot, wordsOf(entry.digest, this.#digest));
    this.#ids.add(slot, wordsOf(entry.id.replaceAll('-', ''), this.#id));
    this.#revisions[slot] = entry.revision;
    this.#expiries[slot] = entry.expiresAt;
    this.#serial += 1;
    this.#serials[slot] = this.#serial;
    this.#asked[slot] = 0;
    this.#write(slot, at, entry.bytes);
    this.#size += 1;
  }

  delete(digest: string): void {
    const slot = this.#digests.find(wordsOf(digest, this.#digest));
    if (slot !== NOWHERE) this.#drop(slot);
  }

  deleteById(id: string): void {
    const hex = id.replaceAll('-', '');
    if (hex.length !== ID_WORDS * 8) return;
    const slot = this.#ids.find(wordsOf(hex, this.#id));
    if (slot !== NOWHERE) this.#drop(slot);
  }

  clear(): void {
    this.#digests.clear();
    this.#ids.clear();
    this.#offsets.fill(-1);
    this.#free = [];
    this.#next = 0;
    this.#size = 0;
    this.#page = 0;
    this.#fill = 0;
  }

  #bytesOf(slot: number): Uint8Array {
    const offset = this.#offsets[slot] as number;
    const page = this.#pages[Math.floor(offset / PAGE_BYTES)] as Buffer;
    const at = offset % PAGE_BYTES;
    return page.subarray(at + HEADER_BYTES, at + HEADER_BYTES + page.readUInt32LE(at + 4));
  }

  #drop(slot: number): void {
    this.#digests.remove(slot);
    this.#ids.remove(slot);
    this.#offsets[slot] = -1;
    this.#free.push(slot);
    this.#size -= 1;
  }

  #takeSlot(): number {
    const reused = this.#free.pop();
    if (reused !== undefined) return reused;
    if (this.#next === this.#capacity) this.#grow();
    this.#next += 1;
    return this.#next - 1;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#digests.growTo(this.#capacity);
    this.#ids.growTo(this.#capacity);
    this.#revisions = copied(this.#revisions, new Float64Array(this.#capacity));
    this.#expiries = copied(this.#expiries, new Float64Array(this.#capacity));
    this.#serials = copied(this.#serials, new Float64Array(this.#capacity));
    this.#offsets = copied(this.#offsets, new Float64Array(this.#capacity));
    this.#asked = copied(this.#asked, new Uint8Array(this.#capacity));
  }

  /** A place for a value; reuses the oldest page when the budget is used up. */
  #room(length: number): number {
    const bytes = length + HEADER_BYTES;
    while (this.#fill + bytes > PAGE_BYTES || this.#pages[this.#page] === undefined) {
      if (this.#pages[this.#page] !== undefined) {
        this.#endPage();
        this.#page = (this.#page + 1) % this.#maxPages;
        this.#fill = 0;
      }
      if (this.#pages[this.#page] === undefined) this.#pages[this.#page] = Buffer.alloc(PAGE_BYTES);
      else this.#recycle(this.#page);
    }
    const at = this.#page * PAGE_BYTES + this.#fill;
    this.#fill += bytes;
    return at;
  }

  /** Marks where the page's values end. */
  #endPage(): void {
    if (this.#fill + HEADER_BYTES <= PAGE_BYTES) this.#pages[this.#page]?.writeUInt32LE(NOWHERE, this.#fill);
  }

  #write(slot: number, at: number, bytes: Uint8Array): void {
    const page = this.#pages[Math.floor(at / PAGE_BYTES)] as Buffer;
    const offset = at % PAGE_BYTES;
    page.writeUInt32LE(slot, offset);
    page.writeUInt32LE(bytes.length, offset + 4);
    page.set(bytes, offset + HEADER_BYTES);
    this.#offsets[slot] = at;
  }

  /** Empties a page from the front; entries that were asked for since they were written are written again into what is already read. */
  #recycle(page: number): void {
    const buffer = this.#pages[page] as Buffer;
    for (let at = 0; at + HEADER_BYTES <= PAGE_BYTES; ) {
      const slot = buffer.readUInt32LE(at);
      if (slot === NOWHERE) break;
      const length = buffer.readUInt32LE(at + 4);
      if (this.#offsets[slot] === page * PAGE_BYTES + at) {
        if (this.#asked[slot] === 1 && this.#fill + length + HEADER_BYTES <= PAGE_BYTES / 2) {
          this.#asked[slot] = 0;
          const kept = Buffer.from(buffer.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
          this.#write(slot, page * PAGE_BYTES + this.#fill, kept);
          this.#fill += length + HEADER_BYTES;
        } else this.#drop(slot);
      }
      at += length + HEADER_BYTES;
    }
  }
}

function copied<T extends Float64Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Hex digits to 32-bit words. */
function wordsOf(hex: string, into: Uint32Array): Uint32Array {
  for (let word = 0; word < into.length; word += 1) {
    let value = 0;
    for (let digit = word * 8; digit < word * 8 + 8; digit += 1) {
      const code = hex.charCodeAt(digit);
      value = (value << 4) | (code < 58 ? code - 48 : (code | 32) - 87);
    }
    into[word] = value >>> 0;
  }
  return into;
}
