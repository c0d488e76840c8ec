import { decodeRecord, encodeRecord, MalformedRecord } from '@mintmark/contract';
import { type Entry, keyText, type MintRecord, type RecordKey, type Revision } from '@mintmark/domain';
import {
  type AppendOptions,
  type CallOptions,
  type Expect,
  type Log,
  LogError,
  type LogHead,
  MAX_RECORD_BYTES,
  type RewriteOptions,
  type Seen,
  type SetAside,
  type TailBatch,
  type TailOptions,
} from '@mintmark/log';
import { atOnce, exchange, Lost, Refused, type Serve } from '../kernel/exchange.ts';
import type { Network } from '../kernel/network.ts';
import type { SimNode, SimProcess } from '../kernel/node.ts';
import type { LogServer, StoredEntry, TailAnswer, TailRequest } from './log-server.ts';

const MARK_MS = 1_000;
const ANSWER_WITHIN_MS = 700;
const RETRY_MS = 60;
const APPEND_WITHIN_MS = 2_500;
const MAX_KEY_BYTES = 1_900;

export interface LogPlace {
  readonly network: Network;
  readonly node: SimNode;
  readonly server: LogServer;
}

/** The log port over the simulated network, as one process holds it. */
export class SimLog implements Log {
  readonly #process: SimProcess;
  readonly #place: LogPlace;
  readonly #closing = new AbortController();
  #incarnation: string | undefined;
  /** The most that was seen of the log through this handle. */
  #known: Seen | undefined;

  constructor(process: SimProcess, place: LogPlace) {
    this.#process = process;
    this.#place = place;
  }

  /** An append whose answer is missing is sent again under its write id: the server makes it once. */
  async append(record: MintRecord, expect: Expect, { signal, seen }: AppendOptions = {}): Promise<Revision> {
    this.#check(signal);
    const { server } = this.#place;
    this.#incarnation ??= server.incarnation;
    const request = { ...storable(record), expect, writeId: record.writeId, incarnation: this.#incarnation, seen, known: this.#known };
    const { monotonic } = this.#process.world.clock;
    const until = monotonic() + APPEND_WITHIN_MS;
    for (let sent = false; ; ) {
      try {
        const revision = await this.#ask('append', atOnce(() => server.append(request)), signal, true);
        this.#known = { incarnation: request.incarnation, revision };
        return revision;
      } catch (error) {
        if (error instanceof LogError && error.code === 'unavailable') {
          this.#incarnation = undefined;
          if (sent) throw new LogError('outcome_unknown', 'the log does not say what became of the append', { cause: error });
        }
        if (!(error instanceof Lost) && !(error instanceof Refused)) throw error;
        sent ||= error instanceof Lost;
        if (!sent) throw new LogError('unavailable', 'the log cannot be reached', { cause: error });
        if (monotonic() >= until) throw new LogError('outcome_unknown', 'the log does not answer', { cause: error });
        await this.#process.world.timers.sleep(RETRY_MS, signal);
      }
    }
  }

  async get(key: RecordKey, { signal }: CallOptions = {}): Promise<Entry | undefined> {
    this.#check(signal);
    const found = await this.#read('get', atOnce(() => this.#place.server.get(keyText(key))), signal);
    if (found === undefined) return undefined;
    try {
      return entryOf(found);
    } catch (cause) {
      if (!(cause instanceof MalformedRecord)) throw cause;
      throw new LogError('unavailable', 'the record cannot be read', { cause });
    }
  }

  async head({ signal }: CallOptions = {}): Promise<LogHead> {
    this.#check(signal);
    return this.#read('head', atOnce(() => this.#place.server.head), signal);
  }

  async compact(before: Revision, { signal }: CallOptions = {}): Promise<number> {
    this.#check(signal);
    return this.#read('compact', atOnce(() => this.#place.server.compact(before)), signal);
  }

  /** As the NATS adapter does it: in steps, each of which may be the last before a crash. */
  async rewrite(records: AsyncIterable<MintRecord>, { above, signal }: RewriteOptions): Promise<LogHead> {
    this.#check(signal);
    const { server } = this.#place;
    const incarnation = Buffer.from(this.#process.world.random.bytes(16)).toString('base64url');
    await this.#insist('begin', () => server.begin(incarnation, above), signal);
    for await (const record of records) {
      const { key, bytes } = storable(record);
      await this.#insist('restore', () => server.restore(incarnation, key, bytes), signal);
    }
    await this.#insist('complete', () => server.complete(incarnation), signal);
    this.#incarnation = incarnation;
    return this.head({ ...(signal === undefined ? {} : { signal }) });
  }

  async *tail({ signal, ...options }: TailOptions): AsyncGenerator<TailBatch, undefined> {
    let request: TailRequest = { after: options.after, scope: options.scope, incarnation: options.incarnation, safe: options.after, withoutPurged: options.withoutPurged === true };
    let due = true;
    while (!signal.aborted) {
      this.#check(undefined);
      const step = await this.#step(request, due, signal);
      if (step === undefined) continue;
      request = { ...request, after: step.through, safe: step.safe };
      due = false;
      yield batchOf(step);
    }
    return undefined;
  }

  async close(): Promise<void> {
    this.#closing.abort(new LogError('closed', 'the log is closed'));
  }

  /** The next step of a tail; `undefined` where it has to be asked for again. */
  async #step(request: TailRequest, due: boolean, signal: AbortSignal): Promise<TailAnswer | undefined> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    try {
      return await exchange(this.#place.network, this.#process, this.#place.node, this.#serveTail(request, due), { label: 'tail', signal: either, timeoutMs: MARK_MS + ANSWER_WITHIN_MS });
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!(error instanceof Lost) && !(error instanceof Refused)) throw error;
      await this.#process.world.timers.sleep(RETRY_MS, signal).catch(() => undefined);
      return undefined;
    }
  }

  /** Answers when there is something, at once where a mark is due, or with a mark when it is time for one. */
  #serveTail(request: TailRequest, due: boolean): Serve<TailAnswer> {
    const { server, node } = this.#place;
    const { scheduler } = this.#process;
    return (answer) => {
      const look = (): void => {
        mark[Symbol.dispose]();
        waiting[Symbol.dispose]();
        answer(() => server.tail(request) ?? { entries: [], through: request.after, safe: request.safe });
      };
      let waiting: Disposable = { [Symbol.dispose]: () => undefined };
      let mark: Disposable = { [Symbol.dispose]: () => undefined };
      const news = due || isNews(server, request);
      if (news) return look();
      waiting = server.wait(() => look());
      mark = scheduler.after(MARK_MS, `${node.name} mark`, () => look());
    };
  }

  /** Asks again until it is answered: for what may be done twice. */
  async #insist(label: string, serve: () => void, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      this.#check(signal);
      try {
        return await this.#ask(label, atOnce(serve), signal, true);
      } catch (error) {
        if (!(error instanceof Lost) && !(error instanceof Refused)) throw error;
        await this.#process.world.timers.sleep(RETRY_MS, signal);
      }
    }
  }

  async #read<T>(label: string, serve: Serve<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await this.#ask(label, serve, signal, false);
    } catch (error) {
      if (error instanceof Lost || error instanceof Refused) throw new LogError('unavailable', 'the log cannot be reached', { cause: error });
      throw error;
    }
  }

  #ask<T>(label: string, serve: Serve<T>, signal: AbortSignal | undefined, repeatable: boolean): Promise<T> {
    return exchange(this.#place.network, this.#process, this.#place.node, serve, { label, signal, timeoutMs: ANSWER_WITHIN_MS, repeatable });
  }

  #check(signal: AbortSignal | undefined): void {
    this.#closing.signal.throwIfAborted();
    signal?.throwIfAborted();
  }
}

function storable(record: MintRecord): { readonly key: string; readonly deleted: boolean; readonly bytes: Uint8Array } {
  const key = keyText(record);
  const bytes = encodeRecord(record);
  if (key.length > MAX_KEY_BYTES) throw new LogError('too_large', 'the key is too long');
  if (bytes.length > MAX_RECORD_BYTES) throw new LogError('too_large', 'the record is too large');
  return { key, deleted: record.deleted, bytes };
}

function isNews(server: LogServer, request: TailRequest): boolean {
  try {
    return server.tail(request) !== undefined;
  } catch {
    return true;
  }
}

function entryOf({ revision, bytes }: StoredEntry): Entry {
  return { revision, record: decodeRecord(bytes, revision) };
}

function batchOf({ entries: stored, through }: TailAnswer): TailBatch {
  const entries: Entry[] = [];
  const setAside: SetAside[] = [];
  for (const one of stored) {
    try {
      entries.push(entryOf(one));
    } catch (error) {
      if (!(error instanceof MalformedRecord)) throw error;
      setAside.push({ revision: one.revision, key: one.key, problem: error.message });
    }
  }
  return { entries, through, setAside };
}
