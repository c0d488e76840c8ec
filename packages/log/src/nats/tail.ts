import { type Entry, parseKey, type Revision, revision } from '@mintmark/domain';
import { createInbox, type Msg, nuid, type Subscription } from '@nats-io/transport-node';
import { LogError, type SetAside, type TailBatch, type TailOptions } from '../log.ts';
import type { LogConnection } from './connection.ts';
import { unavailable } from './failures.ts';
import { entryOf } from './message.ts';
import { type LogMeta, readMeta } from './meta.ts';
import type { LogNames } from './names.ts';

/*
 * A tail over push consumers of its own.
 *
 * T1  A consumer starts at the sequence after the last one received; whenever it cannot be trusted it is replaced by one that starts there, so
 *     nothing is missed and nothing comes twice.
 * T2  It is not trusted any more after a reconnect, when a consumer sequence is skipped, when a heartbeat names a consumer sequence other than the
 *     last one received, and when three heartbeats have not come.
 * T3  Whoever gets a sequence at or below what he has, or finds the log ending before it, reads another log than before: `regressed`.
 * T4  The server's flow control is answered only while the reader keeps up, so the server holds back and memory stays bounded.
 * T5  A heartbeat whose consumer sequence is the last one received says that nothing up to its stream sequence is missing, also where the
 *     messages in between do not match the filter: that is the progress mark.
 */

const HEARTBEAT_MS = 500;
const MISSED_MS = 3 * HEARTBEAT_MS;
const REQUEST_MS = 1_500;
const RETRY_MS = 100;
const BATCH = 1_024;
/** Queued messages from which on flow control waits. */
const ENOUGH = 2_048;
const INACTIVE_MS = 5_000;
const NS_PER_MS = 1_000_000;

interface Received {
  readonly sequence: number;
  readonly subject: string;
  readonly data: Uint8Array;
}

export interface TailDeps {
  readonly connection: LogConnection;
  readonly names: LogNames;
  readonly closing: AbortSignal;
}

export async function* tailOf(deps: TailDeps, options: TailOptions): AsyncGenerator<TailBatch> {
  if (options.signal.aborted) return;
  deps.closing.throwIfAborted();
  const tail = new Tail(deps, options);
  try {
    yield* tail.batches();
  } finally {
    tail.end();
  }
}

class Tail {
  readonly #deps: TailDeps;
  readonly #options: TailOptions;
  readonly #reconnect: Disposable;
  #meta: LogMeta | undefined;
  #subscription: Subscription | undefined;
  #queue: Received[] = [];
  /** Stream sequence of the last message received, or of the last one known not to be missing. */
  #at = 0;
  #through = 0;
  #consumerSequence = 0;
  #heardAt = 0;
  #broken = true;
  #failure: LogError | undefined;
  #heldBack: Msg | undefined;
  #wake: (() => void) | undefined;

  constructor(deps: TailDeps, options: TailOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#reconnect = deps.connection.onReconnect(() => this.#break());
  }

  async *batches(): AsyncGenerator<TailBatch> {
    const { signal } = this.#options;
    let told: number | undefined;
    while (!signal.aborted) {
      this.#deps.closing.throwIfAborted();
      if (this.#broken && this.#queue.length === 0) await this.#restart();
      if (signal.aborted) return;
      if (this.#queue.length > 0 || told === undefined || this.#through > told) {
        const batch = this.#next();
        told = batch.through - (this.#meta?.base ?? 0);
        yield batch;
        continue;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (await this.#pause()) told = undefined;
    }
  }

  end(): void {
    this.#reconnect[Symbol.dispose]();
    this.#subscription?.unsubscribe();
    this.#wake?.();
  }

  #next(): TailBatch {
    const taken = this.#queue.splice(0, BATCH);
    if (this.#queue.length < ENOUGH / 2) this.#release();
    const base = this.#meta?.base ?? 0;
    const entries: Entry[] = [];
    const setAside: SetAside[] = [];
    for (const { sequence, subject, data } of taken) {
      const key = this.#deps.names.keyOf(subject);
      const at = revision(base + sequence);
      if (subject === this.#deps.names.meta) continue;
      if (parseKey(key) === undefined) {
        setAside.push({ revision: at, key, problem: 'not the key of a record' });
        continue;
      }
      const read = entryOf(key, data, at);
      if ('entry' in read) entries.push(read.entry);
      else setAside.push(read.aside);
    }
    const last = taken.at(-1)?.sequence ?? this.#through;
    const through = this.#queue.length > 0 ? last : Math.max(this.#through, last);
    return { entries, setAside, through: revision(base + through) };
  }

  /** Waits for something to deliver; true when it is time for a progress mark. Breaks a consumer that has fallen silent. */
  #pause(): Promise<boolean> {
    return new Promise((resolve) => {
      const { signal } = this.#options;
      const done = (mark: boolean): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#deps.closing.removeEventListener('abort', wake);
        this.#wake = undefined;
        resolve(mark);
      };
      const wake = (): void => done(false);
      const timer = setTimeout(() => {
        const silent = performance.now() - this.#heardAt >= MISSED_MS;
        if (silent) this.#break();
        done(!silent);
      }, MISSED_MS);
      this.#wake = wake;
      signal.addEventListener('abort', wake, { once: true });
      this.#deps.closing.addEventListener('abort', wake, { once: true });
      if (this.#queue.length > 0 || this.#broken || this.#failure !== undefined || signal.aborted) wake();
    });
  }

  #break(): void {
    this.#broken = true;
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#heldBack = undefined;
    this.#wake?.();
  }

  /** A consumer that goes on where this tail is; tried until it is there or the tail ends. */
  async #restart(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      this.#deps.closing.throwIfAborted();
      try {
        await this.#deps.connection.ready(REQUEST_MS, signal);
        await this.#check();
        await this.#create();
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof LogError && error.code !== 'unavailable') throw error;
        await sleep(RETRY_MS, signal);
      }
    }
  }

  /** Whether the log is the one that was read before, and still has what comes next. */
  async #check(): Promise<void> {
    const found = await readMeta(this.#deps.connection.nc, this.#deps.names, REQUEST_MS);
    if (found === undefined) throw unavailable('it has no meta yet', undefined);
    const { meta } = found;
    const wanted = this.#meta?.incarnation ?? this.#options.incarnation;
    if (wanted !== undefined && wanted !== meta.incarnation) throw new LogError('regressed', `the log is incarnation ${meta.incarnation}, not ${wanted}`);
    const first = this.#meta === undefined;
    this.#meta = meta;
    if (first) this.#at = Math.max(0, this.#options.after - meta.base);
    if (first) this.#through = this.#at;
    const position = meta.base + this.#at;
    if (position > meta.base && position < meta.compacted && this.#options.after !== 0) {
      throw new LogError('compacted', `tombstones up to ${meta.compacted} may be purged`, { revision: meta.compacted });
    }
  }

  async #create(): Promise<void> {
    const { connection, names } = this.#deps;
    const from = this.#at;
    const inbox = createInbox(connection.inboxPrefix);
    this.#subscription?.unsubscribe();
    this.#consumerSequence = 0;
    this.#heardAt = performance.now();
    this.#broken = false;
    this.#subscription = connection.nc.subscribe(inbox, { callback: (error, message) => (error === null ? this.#take(message) : this.#break()) });
    const name = nuid.next();
    const filter = names.filter(this.#options.scope ?? 'all');
    const config = {
      name,
      deliver_subject: inbox,
      deliver_policy: 'by_start_sequence',
      opt_start_seq: from + 1,
      ack_policy: 'none',
      replay_policy: 'instant',
      flow_control: true,
      idle_heartbeat: HEARTBEAT_MS * NS_PER_MS,
      max_deliver: 1,
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: INACTIVE_MS * NS_PER_MS,
      filter_subject: filter,
    };
    const answer = await connection.nc.request(`$JS.API.CONSUMER.CREATE.${names.stream}.${name}.${filter}`, JSON.stringify({ stream_name: names.stream, config }), { timeout: REQUEST_MS });
    const created = answer.json<{ readonly error?: { readonly description: string }; readonly delivered?: { readonly stream_seq: number } }>();
    if (created.error !== undefined || created.delivered === undefined) {
      this.#break();
      throw unavailable('no consumer', new Error(created.error?.description));
    }
    if (created.delivered.stream_seq < from) {
      const end = revision((this.#meta?.base ?? 0) + created.delivered.stream_seq);
      throw new LogError('regressed', `the log ends at ${end}, before ${(this.#meta?.base ?? 0) + from}`, { revision: end });
    }
  }

  #take(message: Msg): void {
    this.#heardAt = performance.now();
    if (message.headers !== undefined && message.headers.code === 100) return this.#takeSign(message);
    const { sequence, consumer } = positionOf(message.reply ?? '');
    if (consumer !== this.#consumerSequence + 1) return this.#break();
    if (sequence <= this.#at) {
      this.#failure = new LogError('regressed', `sequence ${sequence} came after ${this.#at}`);
      return this.#break();
    }
    this.#consumerSequence = consumer;
    this.#at = sequence;
    this.#through = sequence;
    this.#queue.push({ sequence, subject: message.subject, data: message.data });
    this.#wake?.();
  }

  /** A heartbeat or a flow control request. */
  #takeSign(message: Msg): void {
    if (message.reply !== undefined && message.reply !== '') return this.#answer(message);
    const last = Number(message.headers?.get('Nats-Last-Consumer'));
    if (last !== this.#consumerSequence) return this.#break();
    const stalled = message.headers?.get('Nats-Consumer-Stalled');
    if (stalled !== undefined && stalled !== '' && this.#queue.length < ENOUGH) this.#deps.connection.nc.publish(stalled);
    const stream = Number(message.headers?.get('Nats-Last-Stream'));
    if (stream > this.#at) this.#at = stream;
    if (stream > this.#through) {
      this.#through = stream;
      this.#wake?.();
    }
  }

  #answer(request: Msg): void {
    if (this.#queue.length < ENOUGH) request.respond();
    else this.#heldBack = request;
  }

  #release(): void {
    this.#heldBack?.respond();
    this.#heldBack = undefined;
  }
}

/** Stream and consumer sequence of a delivered message: `$JS.ACK.<stream>.<consumer>.<n>.<stream seq>.<consumer seq>...`, or with domain and account in front. */
function positionOf(reply: string): { readonly sequence: number; readonly consumer: number } {
  const tokens = reply.split('.');
  const shift = tokens.length >= 11 ? 2 : 0;
  return { sequence: Number(tokens[5 + shift]), consumer: Number(tokens[6 + shift]) };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** The newest revision that the log has, told by a consumer that would start after it: needs no right to look at the stream itself. */
export async function headOf({ connection, names }: Pick<TailDeps, 'connection' | 'names'>, scope: 'all' | 'global'): Promise<{ readonly sequence: number; readonly meta: LogMeta }> {
  const found = await readMeta(connection.nc, names, REQUEST_MS);
  if (found === undefined) throw unavailable('it has no meta yet', undefined);
  const name = nuid.next();
  const filter = names.filter(scope);
  const config = { name, deliver_policy: 'new', ack_policy: 'none', max_deliver: 1, mem_storage: true, num_replicas: 1, inactive_threshold: 1_000 * NS_PER_MS, filter_subject: filter };
  const answer = await connection.nc.request(`$JS.API.CONSUMER.CREATE.${names.stream}.${name}.${filter}`, JSON.stringify({ stream_name: names.stream, config }), { timeout: REQUEST_MS });
  const created = answer.json<{ readonly error?: { readonly description: string }; readonly delivered?: { readonly stream_seq: number } }>();
  if (created.delivered === undefined) throw unavailable('no consumer', new Error(created.error?.description));
  return { sequence: created.delivered.stream_seq, meta: found.meta };
}

/** Adds the base. */
export function atRevision(meta: Pick<LogMeta, 'base'>, sequence: number): Revision {
  return revision(meta.base + sequence);
}
