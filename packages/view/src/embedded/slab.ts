/*
 * Bytes by slot number, off the object heap: a million records cost the garbage collector a few hundred pages instead of a
 * million objects.
 *
 * S1  A record lies in one page, behind a header with its slot and length, so that a page can be walked.
 * S2  A page that is more than half dead is moved into the current one: at most twice the live bytes are held.
 * S3  Written bytes are never overwritten: what `read` returned stays as it was.
 */

const PAGE_BYTES = 1 << 20;
const HEADER_BYTES = 8;
const NO_PAGE = 0xffff_ffff;

interface Page {
  readonly bytes: Buffer;
  used: number;
  live: number;
}

export class Slab {
  readonly #pages: (Page | undefined)[] = [];
  readonly #vacant: number[] = [];
  #current: number;
  #page = new Uint32Array(1024).fill(NO_PAGE);
  #offset = new Uint32Array(1024);

  constructor() {
    this.#current = this.#open(PAGE_BYTES);
  }

  /** Bytes held, dead ones and headers included. */
  get heldBytes(): number {
    return this.#pages.reduce((sum, page) => sum + (page?.bytes.length ?? 0), 0);
  }

  write(slot: number, bytes: Uint8Array): void {
    this.#reserve(slot);
    this.free(slot);
    this.#place(slot, bytes);
  }

  /** The slot must have been written. */
  read(slot: number): Uint8Array {
    const page = this.#pageOf(this.#page[slot] ?? NO_PAGE);
    const offset = this.#offset[slot] ?? 0;
    return page.bytes.subarray(offset + HEADER_BYTES, offset + HEADER_BYTES + page.bytes.readUInt32LE(offset + 4));
  }

  free(slot: number): void {
    const index = this.#page[slot] ?? NO_PAGE;
    if (index === NO_PAGE) return;
    const page = this.#pageOf(index);
    page.live -= HEADER_BYTES + page.bytes.readUInt32LE((this.#offset[slot] ?? 0) + 4);
    this.#page[slot] = NO_PAGE;
    this.#tidy(index);
  }

  #place(slot: number, bytes: Uint8Array): void {
    const size = HEADER_BYTES + bytes.length;
    const page = this.#roomFor(size);
    page.bytes.writeUInt32LE(slot, page.used);
    page.bytes.writeUInt32LE(bytes.length, page.used + 4);
    page.bytes.set(bytes, page.used + HEADER_BYTES);
    this.#page[slot] = this.#current;
    this.#offset[slot] = page.used;
    page.used += size;
    page.live += size;
  }

  #roomFor(size: number): Page {
    const page = this.#pageOf(this.#current);
    if (page.used + size <= page.bytes.length) return page;
    const full = this.#current;
    this.#current = this.#open(Math.max(PAGE_BYTES, size));
    this.#tidy(full);
    const next = this.#pageOf(this.#current);
    return next.used + size <= next.bytes.length ? next : this.#roomFor(size);
  }

  /** S2. The current page is left alone: it becomes full before it is judged. */
  #tidy(index: number): void {
    const page = this.#pageOf(index);
    if (index === this.#current || page.live * 2 > page.used) return;
    for (let at = 0; at < page.used; ) {
      const slot = page.bytes.readUInt32LE(at);
      const length = page.bytes.readUInt32LE(at + 4);
      const start = at + HEADER_BYTES;
      if (this.#page[slot] === index && this.#offset[slot] === at) this.#place(slot, page.bytes.subarray(start, start + length));
      at = start + length;
    }
    this.#pages[index] = undefined;
    this.#vacant.push(index);
  }

  #open(bytes: number): number {
    const index = this.#vacant.pop() ?? this.#pages.length;
    this.#pages[index] = { bytes: Buffer.allocUnsafeSlow(bytes), used: 0, live: 0 };
    return index;
  }

  #pageOf(index: number): Page {
    const page = this.#pages[index];
    if (page === undefined) throw new RangeError(`no page ${index}`);
    return page;
  }

  #reserve(slot: number): void {
    if (slot < this.#page.length) return;
    const length = Math.max(slot + 1, this.#page.length * 2);
    const pages = new Uint32Array(length).fill(NO_PAGE);
    const offsets = new Uint32Array(length);
    pages.set(this.#page);
    offsets.set(this.#offset);
    this.#page = pages;
    this.#offset = offsets;
  }
}
