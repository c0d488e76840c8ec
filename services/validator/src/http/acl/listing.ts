import type { Kind, LiveEntry } from '@mintmark/domain';
import type { Read, Watermark } from '@mintmark/view';
import { cursorOf, pageQuery, type Start, startOf } from './cursor.ts';
import type { AclDeps } from './deps.ts';
import { within } from './reading.ts';
import { jsonText } from './response/answer.ts';
import { unreadable } from './response/refusals.ts';

/** What a list is asked for. */
export interface Listing<K extends Kind> {
  readonly kind: K;
  /** A record as the list shows it. */
  readonly show: (entry: LiveEntry<K>) => object;
  readonly order: 'created' | 'id';
  readonly prefix: string;
  readonly reverse: boolean;
  /** 0: all. */
  readonly perPage: number;
  readonly cursor: string;
  readonly pretty: boolean;
  /** Absent: all. */
  readonly matches?: (entry: LiveEntry<K>) => boolean;
}

export interface Listed {
  /** JSON. */
  readonly body: Buffer;
  readonly nextToken: string | undefined;
  /** Of the state that the list began with: whatever changed while it was read has a greater one. */
  readonly index: number;
  readonly watermark: Watermark;
}

type ListingDeps = Pick<AclDeps, 'view' | 'world' | 'slices'>;
type Page<K extends Kind> = Read<readonly LiveEntry<K>[]>;

const SCAN = 1_000;
const CHECK_EVERY = 64;
const ATTEMPTS = 3;
const NEXT = Buffer.from(',');
const NEXT_LINE = Buffer.from(',\n');

/** Reads records in steps, so that neither the view nor the event loop is taken up by a long list. Throws `Refusal`, `ViewError` or the abort reason. */
export async function listRecords<K extends Kind>(deps: ListingDeps, listing: Listing<K>, signal: AbortSignal): Promise<Listed> {
  return inOneEpoch(() => new Scan(deps, listing, signal).run());
}

/** Reads again where the view started over meanwhile. */
async function inOneEpoch(read: () => Promise<Listed | undefined>): Promise<Listed> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const listed = await read();
    if (listed !== undefined) return listed;
  }
  throw unreadable();
}

/** Reads the records of these ids, the existing ones in the order of their ids, whole. */
export async function listOf<K extends Kind>(
  deps: ListingDeps,
  listing: Pick<Listing<K>, 'kind' | 'show' | 'matches' | 'pretty'>,
  ids: Iterable<string>,
  signal: AbortSignal,
): Promise<Listed> {
  const { kind, show, matches, pretty } = listing;
  const { view } = deps;
  return inOneEpoch(async () => {
    // Read before the records, so that whatever changes meanwhile has a greater index.
    const { tableIndex, watermark } = await within(deps, signal, (bound) => view.list(kind, { order: 'created', limit: 1 }, { signal: bound }));
    const reads = await Promise.all([...ids].sort().map((id) => within(deps, signal, (bound) => view.get(kind, id, { signal: bound }))));
    if (reads.some((read) => read.watermark.epoch !== watermark.epoch)) return undefined;
    const found = reads.flatMap(({ value }) => (value === undefined || matches?.(value) === false ? [] : [show(value)]));
    return { body: Buffer.from(jsonText(found, pretty)), nextToken: undefined, index: tableIndex, watermark };
  });
}

class Scan<K extends Kind> {
  readonly #deps: ListingDeps;
  readonly #listing: Listing<K>;
  readonly #signal: AbortSignal;
  readonly #chunks: Buffer[] = [];
  #stubs: object[] = [];
  #count = 0;
  #repeated = '';

  constructor(deps: ListingDeps, listing: Listing<K>, signal: AbortSignal) {
    this.#deps = deps;
    this.#listing = listing;
    this.#signal = signal;
  }

  /** `undefined` when the view started over meanwhile. */
  async run(): Promise<Listed | undefined> {
    const { order, reverse, cursor } = this.#listing;
    let start: Start = startOf(cursor, order, reverse);
    let first: Page<K> | undefined;
    for (;;) {
      const page = await this.#page(start);
      first ??= page;
      if (page.watermark.epoch !== first.watermark.epoch) return undefined;
      const nextToken = await this.#take(page.value);
      const last = page.value.at(-1);
      if (last === undefined || nextToken !== undefined || page.value.length < this.#step) return this.#listed(first, nextToken);
      // The next step begins with this one again: the view's bounds are inclusive.
      this.#repeated = last.record.id;
      start = order === 'id' ? { at: 'id', id: last.record.id } : { at: 'created', createIndex: last.record.createIndex, id: last.record.id };
    }
  }

  get #step(): number {
    const { perPage, matches } = this.#listing;
    return perPage === 0 || matches !== undefined ? SCAN : Math.min(SCAN, perPage + 1);
  }

  async #page(start: Start): Promise<Page<K>> {
    const query = pageQuery(start, { ...this.#listing, limit: this.#step });
    const { view } = this.#deps;
    const { kind } = this.#listing;
    if (query !== undefined) return within(this.#deps, this.#signal, (signal) => view.list(kind, query, { signal }));
    return within(this.#deps, this.#signal, async (signal) => ({ ...(await view.list(kind, { order: 'created', limit: 1 }, { signal })), value: [] }));
  }

  /** Takes what matches; the cursor of the first item of the next page when this page is full. */
  async #take(entries: readonly LiveEntry<K>[]): Promise<string | undefined> {
    const { perPage, matches, order, show } = this.#listing;
    for (const [i, entry] of entries.entries()) {
      if (i % CHECK_EVERY === 0) await this.#deps.slices.next(this.#signal);
      if ((i === 0 && entry.record.id === this.#repeated) || matches?.(entry) === false) continue;
      if (perPage > 0 && this.#count === perPage) return cursorOf(order, entry.record);
      this.#stubs.push(show(entry));
      this.#count += 1;
    }
    this.#flush();
    return undefined;
  }

  #flush(): void {
    if (this.#stubs.length === 0) return;
    const { pretty } = this.#listing;
    const text = pretty ? JSON.stringify(this.#stubs, null, 4).slice(2, -2) : JSON.stringify(this.#stubs).slice(1, -1);
    if (this.#chunks.length > 0) this.#chunks.push(pretty ? NEXT_LINE : NEXT);
    this.#chunks.push(Buffer.from(text));
    this.#stubs = [];
  }

  #listed(first: Page<K>, nextToken: string | undefined): Listed {
    this.#flush();
    const lines = this.#listing.pretty && this.#chunks.length > 0;
    const [open, close] = lines ? ['[\n', '\n]'] : ['[', ']'];
    const body = Buffer.concat([Buffer.from(open), ...this.#chunks, Buffer.from(this.#listing.pretty ? `${close}\n` : close)]);
    return { body, nextToken, index: first.tableIndex, watermark: first.watermark };
  }
}
