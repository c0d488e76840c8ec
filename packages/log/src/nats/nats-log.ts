import { randomBytes } from 'node:crypto';
import { encodeRecord } from '@mintmark/contract';
import { type Entry, keyOf, keyText, type MintRecord, NO_REVISION, type RecordKey, type Revision, revision } from '@mintmark/domain';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { type CallOptions, type Expect, type Log, LogError, type LogHead, type LogReader, MAX_RECORD_BYTES, type TailBatch, type TailOptions } from '../log.ts';
import { type LogConnection, openConnection } from './connection.ts';
import { foundSequence, isConflict, isNotFound, unavailable, wasNotTaken } from './failures.ts';
import { entryOf } from './message.ts';
import { type LogMeta, parseMeta, readMeta } from './meta.ts';
import { type LogNames, namesOf } from './names.ts';
import type { NatsLogOptions, NatsLogReaderOptions } from './options.ts';
import { atRevision, headOf, tailOf } from './tail.ts';
import { checkVersion } from './version.ts';

const REQUEST_MS = 2_000;
const ATTEMPT_MS = 2_000;
/** How long an append without a signal goes on finding out. */
const APPEND_MS = 10_000;
const DUPLICATE_WINDOW_NS = 120_000_000_000;

/** Opens a region's log, and makes it where it is missing. Throws `LogError` `unavailable`. */
export async function openNatsLog(options: NatsLogOptions): Promise<Log> {
  const connection = await openConnection(options, `mintmark ${options.region}`);
  try {
    const replicas = options.replicas ?? 1;
    checkVersion(connection.nc.info?.version ?? '0', replicas, options.onWarning ?? (() => undefined));
    const names = namesOf(options.region);
    const manager = await jetstreamManager(connection.nc, { checkAPI: false, timeout: REQUEST_MS });
    const meta = await ensure(connection, manager, names, replicas, options);
    return new NatsLog(connection, manager, names, meta);
  } catch (error) {
    await connection.close();
    throw unavailable('it cannot be opened', error);
  }
}

/** Opens another region's log to read its global records; works with the `remoteReader` permissions alone. */
export async function openNatsLogReader(options: NatsLogReaderOptions): Promise<LogReader & { close(): Promise<void> }> {
  return new NatsLogReader(await openConnection(options, `mintmark reader of ${options.region}`), namesOf(options.region));
}

/** The stream, made once; its description names the incarnation from its first moment on. */
async function ensure(connection: LogConnection, manager: JetStreamManager, names: LogNames, replicas: number, first: NatsLogOptions): Promise<LogMeta> {
  const own = { incarnation: first.incarnation ?? randomBytes(16).toString('base64url'), base: first.base ?? NO_REVISION };
  const description = await manager.streams.info(names.stream).then(
    (info) => info.config.description ?? '',
    async (error) => {
      if (!isNotFound(error)) throw error;
      await manager.streams.add(streamConfig(names, replicas, JSON.stringify(own))).catch(() => undefined);
      return (await manager.streams.info(names.stream)).config.description ?? '';
    },
  );
  const meta = parseMeta(description);
  const told = await readMeta(connection.nc, names, REQUEST_MS);
  if (told === undefined) await tellMeta(connection, names, meta, 0);
  return { ...meta, compacted: told?.meta.compacted ?? NO_REVISION };
}

function streamConfig(names: LogNames, replicas: number, description: string): Partial<StreamConfig> & { name: string } {
  return {
    name: names.stream,
    description,
    subjects: [names.filter('all')],
    retention: 'limits',
    storage: 'file',
    num_replicas: replicas,
    max_msgs_per_subject: 1,
    discard: 'new',
    allow_direct: true,
    deny_delete: false,
    deny_purge: true,
    duplicate_window: DUPLICATE_WINDOW_NS,
  };
}

async function tellMeta(connection: LogConnection, names: LogNames, meta: LogMeta, expected: number): Promise<void> {
  await jetstream(connection.nc)
    .publish(names.meta, JSON.stringify(meta), { expect: { lastSubjectSequence: expected }, timeout: REQUEST_MS })
    .catch((error) => {
      if (!isConflict(error)) throw error;
    });
}

class NatsLogReader implements LogReader {
  protected readonly connection: LogConnection;
  protected readonly names: LogNames;
  protected readonly closing = new AbortController();

  constructor(connection: LogConnection, names: LogNames) {
    this.connection = connection;
    this.names = names;
  }

  async get(key: RecordKey, { signal }: CallOptions = {}): Promise<Entry | undefined> {
    return this.ask(signal, async () => {
      const { meta } = await this.metaNow();
      const answer = await this.connection.nc.request(`$JS.API.DIRECT.GET.${this.names.stream}.${this.names.subject(key)}`, undefined, { timeout: REQUEST_MS });
      if (answer.headers?.code === 404) return undefined;
      return decoded(keyText(key), answer.data, atRevision(meta, Number(answer.headers?.get('Nats-Sequence'))));
    });
  }

  async head({ signal }: CallOptions = {}): Promise<LogHead> {
    return this.ask(signal, async () => {
      const { sequence, meta } = await headOf({ connection: this.connection, names: this.names }, 'global');
      return { incarnation: meta.incarnation, revision: atRevision(meta, sequence), compacted: meta.compacted };
    });
  }

  tail(options: TailOptions): AsyncIterable<TailBatch> {
    return tailOf({ connection: this.connection, names: this.names, closing: this.closing.signal }, options);
  }

  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort(new LogError('closed', 'the log is closed'));
    await this.connection.close();
  }

  protected async metaNow(): Promise<{ readonly meta: LogMeta; readonly sequence: number }> {
    const found = await readMeta(this.connection.nc, this.names, REQUEST_MS);
    if (found === undefined) throw unavailable('it has no meta yet', undefined);
    return found;
  }

  /** Runs a request; the driver's failures become `unavailable`, an abort is thrown as it is. */
  protected async ask<T>(signal: AbortSignal | undefined, request: () => Promise<T>): Promise<T> {
    this.closing.signal.throwIfAborted();
    signal?.throwIfAborted();
    await this.connection.ready(REQUEST_MS, signal);
    try {
      return await orAborted(request(), signal);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      this.closing.signal.throwIfAborted();
      throw unavailable('a request failed', error);
    }
  }
}

class NatsLog extends NatsLogReader implements Log {
  readonly #js: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #base: Revision;

  constructor(connection: LogConnection, manager: JetStreamManager, names: LogNames, meta: LogMeta) {
    super(connection, names);
    this.#js = jetstream(connection.nc);
    this.#manager = manager;
    this.#base = meta.base;
  }

  override async get(key: RecordKey, { signal }: CallOptions = {}): Promise<Entry | undefined> {
    return this.ask(signal, () => this.#newest(key));
  }

  override async head({ signal }: CallOptions = {}): Promise<LogHead> {
    return this.ask(signal, async () => {
      const [info, { meta }] = await Promise.all([this.#manager.streams.info(this.names.stream), this.metaNow()]);
      return { incarnation: meta.incarnation, revision: atRevision(meta, info.state.last_seq), compacted: meta.compacted };
    });
  }

  async append(record: MintRecord, expect: Expect, { signal }: CallOptions = {}): Promise<Revision> {
    this.closing.signal.throwIfAborted();
    signal?.throwIfAborted();
    const bytes = encodeRecord(record);
    if (bytes.length > MAX_RECORD_BYTES) throw new LogError('too_large', `the record has ${bytes.length} bytes; at most ${MAX_RECORD_BYTES} are stored`);
    const until = performance.now() + APPEND_MS;
    for (let doubt: unknown; ; ) {
      try {
        await this.connection.ready(ATTEMPT_MS, signal);
        const sequence = await orAborted(this.#publish(record, bytes, expect), signal);
        return revision(this.#base + sequence);
      } catch (error) {
        if (isConflict(error)) return await this.#settle(record, expect, error, doubt);
        const gaveUp = signal?.aborted === true || this.closing.signal.aborted || performance.now() > until;
        const untouched = wasNotTaken(error) || (error instanceof LogError && error.code === 'unavailable');
        if (!untouched) doubt = error;
        if (gaveUp || (untouched && doubt === undefined)) throw this.#outcome(doubt, error, signal);
        await pause(untouched ? 100 : 10);
      }
    }
  }

  /** Publishes with the record's write id as message id, so that a repetition within two minutes finds the first one. */
  async #publish(record: MintRecord, bytes: Uint8Array, expect: Expect): Promise<number> {
    const attributes = headers();
    if (record.deleted) attributes.set('KV-Operation', 'DEL');
    const wanted = 'key' in expect ? { lastSubjectSequence: this.#sequenceOf(expect.key) } : { lastSequence: this.#sequenceOf(expect.head) };
    const ack = await this.#js.publish(this.names.subject(keyOf(record)), bytes, {
      msgID: record.writeId,
      expect: wanted,
      headers: attributes,
      timeout: ATTEMPT_MS,
      retries: 1,
    });
    return ack.seq;
  }

  /** What a conflict means: somebody else's write, or, after a doubtful attempt, perhaps our own. */
  async #settle(record: MintRecord, expect: Expect, conflict: Parameters<typeof foundSequence>[0], doubt: unknown): Promise<Revision> {
    const found = foundSequence(conflict);
    const at = found === undefined ? undefined : revision(this.#base + found);
    if (doubt === undefined) throw new LogError('conflict', `the ${'key' in expect ? 'key' : 'log'} is at ${at ?? 'another revision'}`, { ...(at === undefined ? {} : { revision: at }), cause: conflict });
    const present = await this.#newest(record).catch(() => undefined);
    if (present?.record.writeId === record.writeId) return present.revision;
    throw new LogError('outcome_unknown', 'the write was superseded, or never happened', { ...(at === undefined ? {} : { revision: at }), cause: doubt });
  }

  #outcome(doubt: unknown, error: unknown, signal: AbortSignal | undefined): unknown {
    if (doubt !== undefined) return new LogError('outcome_unknown', 'the log did not say whether it took the write', { cause: doubt });
    if (signal?.aborted) return signal.reason;
    if (this.closing.signal.aborted) return this.closing.signal.reason;
    return unavailable('nothing was written', error);
  }

  async compact(before: Revision, { signal }: CallOptions = {}): Promise<number> {
    const head = await this.head(signal === undefined ? {} : { signal });
    const mark = revision(Math.max(head.compacted, Math.min(before, head.revision)));
    const { meta, sequence } = await this.ask(signal, () => this.metaNow());
    await this.ask(signal, () => tellMeta(this.connection, this.names, { ...meta, compacted: mark }, sequence));
    let purged = 0;
    const done = new AbortController();
    const reading = AbortSignal.any([done.signal, ...(signal === undefined ? [] : [signal])]);
    for await (const batch of this.tail({ after: NO_REVISION, signal: reading })) {
      for (const entry of batch.entries) {
        if (entry.record.deleted && entry.revision <= mark && (await this.#purge(entry.revision, signal))) purged += 1;
      }
      if (batch.through >= mark) done.abort();
    }
    signal?.throwIfAborted();
    return purged;
  }

  /** Deletes one message by its sequence: a key that was written again has another one, and is not touched. */
  async #purge(at: Revision, signal: AbortSignal | undefined): Promise<boolean> {
    return this.ask(signal, async () => {
      try {
        return await this.#manager.streams.deleteMessage(this.names.stream, this.#sequenceOf(at), false);
      } catch (error) {
        if (isNotFound(error) || /no message found/.test((error as Error).message)) return false;
        throw error;
      }
    });
  }

  async #newest(key: RecordKey): Promise<Entry | undefined> {
    const subject = this.names.subject(key);
    const message = await this.#manager.streams.getMessage(this.names.stream, { last_by_subj: subject }).catch((error) => {
      if (isNotFound(error)) return null;
      throw error;
    });
    return message === null ? undefined : decoded(keyText(key), message.data, revision(this.#base + message.seq));
  }

  #sequenceOf(at: Revision): number {
    return at === 0 ? 0 : Math.max(0, at - this.#base);
  }

}

function decoded(key: string, data: Uint8Array, at: Revision): Entry {
  const read = entryOf(key, data, at);
  if ('entry' in read) return read.entry;
  throw new LogError('unavailable', `the record at ${at} cannot be read: ${read.aside.problem}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Rejects with the signal's reason when it aborts first; the work goes on unobserved. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
