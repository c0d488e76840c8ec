import { type Kind, type LiveEntry, type MintRecord, type Revision, type UniqueIndex, uniqueKeysOf } from '@mintmark/domain';
import { beginningAt } from '../paging.ts';
import type { CallOptions, ChangeBatch, ListQuery, Read, ViewReader, Watermark } from '../view.ts';
import { ViewError } from '../view.ts';
import { type Answer, type Argument, type Load, RedisConnection, translated } from './connection.ts';
import { closed, isUnknownFunction, neverFilled } from './errors.ts';
import { followFeed } from './feed.ts';
import { entryFrom, HEAD_LENGTH, headFields, headOf, keyField, type Names, type Reply, recordField, type Row, rowsOf, WATERMARK_FIELDS, watermarkOf } from './layout.ts';
import { FUNCTIONS } from './library.ts';
import { driverOptions, type RedisEndpoint } from './options.ts';
import { bounds } from './ranges.ts';

/** A connection that owes an answer for so long is given up. */
const SILENCE_MS = 5_000;
/** Longer than a feed waits for news in one command. */
const FEED_SILENCE_MS = 3_000;
const MAX_LIST = 1_000;

/** Reads a view that lies in Redis. Each read is one command, and so one snapshot. */
export class RedisReader implements ViewReader {
  protected readonly names: Names;
  protected readonly connection: RedisConnection;
  readonly #openFeed: () => RedisConnection;
  readonly #feeds = new Set<RedisConnection>();
  #closed = false;

  constructor(endpoint: RedisEndpoint, names: Names, prepare?: ConstructorParameters<typeof RedisConnection>[1]) {
    this.names = names;
    this.connection = new RedisConnection(driverOptions(endpoint, SILENCE_MS), prepare);
    this.#openFeed = () => new RedisConnection(driverOptions(endpoint, FEED_SILENCE_MS));
  }

  /** What waits for the server's answers. */
  get load(): Load {
    return this.connection.load;
  }

  /** Resolves once the first attempt to connect has ended, well or not. */
  async settled(): Promise<void> {
    await this.connection.settled();
  }

  async watermark(options?: CallOptions): Promise<Watermark> {
    return (await this.look(options)).watermark;
  }

  async get<K extends Kind>(kind: K, id: string, options?: CallOptions): Promise<Read<LiveEntry<K> | undefined>> {
    const { reply, run } = await this.#fields([...headFields(kind), recordField(kind, id)], options);
    const head = headOf(reply as Reply, run);
    const stored = (reply as Reply)[HEAD_LENGTH];
    return { value: stored ? entryFrom(stored, kind) : undefined, ...head };
  }

  async find<K extends Kind>(kind: K, index: UniqueIndex, value: string, options?: CallOptions): Promise<Read<LiveEntry<K> | undefined>> {
    const { reply, run } = await this.#callReading(FUNCTIONS.find, [kind, keyField(kind, index, value), ...headFields(kind)], options);
    const head = headOf(reply as Reply, run);
    const stored = (reply as Reply)[HEAD_LENGTH];
    return { value: stored ? holding(entryFrom(stored, kind), index, value) : undefined, ...head };
  }

  /** A row that cannot be read makes no gap: as many follow as are left out. */
  async list<K extends Kind>(kind: K, query: ListQuery, options?: CallOptions): Promise<Read<readonly LiveEntry<K>[]>> {
    const limit = Math.min(query.limit, MAX_LIST);
    const first = await this.#page(kind, { ...query, limit }, options);
    const found: Found<K> = { good: [], refused: [] };
    sort(first.rows, kind, found);
    let [full, last] = [first.rows.length === limit, first.rows.at(-1)];
    while (full && last !== undefined && found.good.length < limit) {
      const more = Math.min(limit - found.good.length + 1, MAX_LIST);
      const { id } = last;
      const { rows } = await this.#page(kind, beginningAt(query, last, more), options);
      sort(rows.filter((row) => row.id !== id), kind, found);
      [full, last] = [rows.length === more, rows.at(-1)];
    }
    return { value: found.good, ...first.head, ...(found.refused.length === 0 ? {} : { refused: found.refused }) };
  }

  async *changes(options: { readonly epoch: string; readonly after: Revision; readonly signal: AbortSignal }): AsyncGenerator<ChangeBatch> {
    if (options.signal.aborted) return;
    if (this.#closed) throw closed();
    const connection = this.#openFeed();
    this.#feeds.add(connection);
    try {
      yield* followFeed(connection, this.names, options);
    } finally {
      this.#feeds.delete(connection);
      connection.close();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.connection.close();
    for (const feed of this.#feeds) feed.close();
  }

  async #page(kind: Kind, query: ListQuery, options: CallOptions | undefined): Promise<{ readonly head: ReturnType<typeof headOf>; readonly rows: readonly Row[] }> {
    const args = [kind, query.order, query.reverse === true ? 'down' : 'up', query.limit, ...bounds(query), ...headFields(kind)];
    const { reply, run } = await this.#callReading(FUNCTIONS.list, args, options);
    return { head: headOf(reply as Reply, run), rows: rowsOf(reply as Reply, query.order) };
  }

  /** The watermark, and the run id of the server that it was read from. */
  protected async look(options: CallOptions | undefined): Promise<{ readonly watermark: Watermark; readonly run: string }> {
    const { reply, run } = await this.#fields(WATERMARK_FIELDS, options);
    return { watermark: watermarkOf(reply as Reply, run), run };
  }

  async #fields(fields: readonly string[], options: CallOptions | undefined): Promise<Answer> {
    try {
      return await this.connection.ask('HMGET', [this.names.state, ...fields], options?.signal);
    } catch (error) {
      throw translated(error, options?.signal);
    }
  }

  /** A server without the functions is one that no replicator has met since it was emptied. */
  async #callReading(name: string, args: readonly Argument[], options: CallOptions | undefined): Promise<Answer> {
    try {
      return await this.connection.ask('FCALL_RO', [name, 1, this.names.state, ...args], options?.signal);
    } catch (error) {
      throw isUnknownFunction(error) ? neverFilled() : translated(error, options?.signal);
    }
  }
}

interface Found<K extends Kind> {
  readonly good: LiveEntry<K>[];
  readonly refused: string[];
}

function sort<K extends Kind>(rows: readonly Row[], kind: K, { good, refused }: Found<K>): void {
  for (const { id, stored } of rows) {
    try {
      const entry = entryFrom(stored, kind);
      if (entry.record.id === id) good.push(entry);
      else refused.push(id);
    } catch (error) {
      if (!(error instanceof ViewError)) throw error;
      refused.push(id);
    }
  }
}

/** A key that leads to a record which does not hold it was not written by this adapter: nobody may pass by it. */
function holding<K extends Kind>(entry: LiveEntry<K>, index: UniqueIndex, value: string): LiveEntry<K> {
  const holds = uniqueKeysOf(entry.record as MintRecord).some((key) => key.index === index && key.value === value);
  if (!holds) throw new ViewError('refused', `the view contradicts itself: a ${entry.record.kind} is found by a key that is not its own`);
  return entry;
}
