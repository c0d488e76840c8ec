import { MalformedRecord } from '@mintmark/contract';
import type { Entry, MintRecord, RecordKey, Revision } from '@mintmark/domain';
import {
  type AppendOptions,
  type CallOptions,
  type Expect,
  type Log,
  LogError,
  type LogHead,
  type LogReader,
  type RewriteOptions,
  type TailBatch,
  type TailOptions,
} from '../log.ts';
import { type Asking, JetStreamApi } from './api.ts';
import { type AppendDeps, append } from './append.ts';
import { compact } from './compact.ts';
import { headAt, isComplete, type LogFacts, NO_MARK, revisionAt } from './facts.ts';
import { ApiRefusal, closedError, judgeRefusal, STREAM_NOT_FOUND } from './failures.ts';
import { publishHeaders } from './headers.ts';
import { Link } from './link.ts';
import { Memory } from './memory.ts';
import { entryOf } from './message.ts';
import { type IncarnationNames, namesOf } from './names.ts';
import { findOrMake } from './open.ts';
import type { NatsLogOptions, NatsLogReaderOptions } from './options.ts';
import { rewrite } from './rewrite.ts';
import { factsNow, LAG_MS, lastSequenceNow, markNow, REQUEST_MS, reading, type Shared } from './shared.ts';
import { sleep } from './sleep.ts';
import { tailOf } from './tail.ts';

const OPEN_MS = 10_000;
const RECOGNISED_MS = 1_000;
const RETRY_MS = 100;
const DOUBT = JSON.stringify({ doubted: true });

/** A reader that is closed by who opened it. */
export interface NatsLogReader extends LogReader {
  /** Ends all tails with `closed` and frees what is held. Idempotent. */
  close(): Promise<void>;
}

/** Opens a region's log, and makes it where it is missing. Throws `LogError` `unavailable` after 10 s without a server. */
export async function openNatsLog(options: NatsLogOptions): Promise<Log> {
  const link = await Link.open(options, `mintmark ${options.region}`, OPEN_MS);
  try {
    const { facts, replicas } = await findOrMake(link, options);
    return new OwnLog(link, options, facts, replicas);
  } catch (error) {
    await link.close();
    throw error;
  }
}

/**
 * Opens another region's log for its global records; the rights of a `remoteReader` suffice. Returns at once: that region may be away. Its calls
 * throw `unavailable` until it is there, its tails wait.
 */
export async function openNatsLogReader(options: NatsLogReaderOptions): Promise<NatsLogReader> {
  return new RemoteLog(Link.openLater(options, `mintmark reader of ${options.region}`), options);
}

abstract class Reader implements LogReader {
  protected readonly shared: Shared;
  readonly #closing = new AbortController();

  constructor(link: Link, { region, onWarning }: NatsLogReaderOptions, asksLeader: boolean) {
    const names = namesOf(region);
    const api = new JetStreamApi(link, names, { asksLeader });
    this.shared = { link, names, api, memory: new Memory(), closing: this.#closing.signal, warn: (warning) => onWarning?.(warning) };
  }

  protected abstract lastSequence(facts: LogFacts, asking: Asking): Promise<number>;

  async get(key: RecordKey, { signal }: CallOptions = {}): Promise<Entry | undefined> {
    return reading(this.shared, signal, async (asking) => {
      const facts = await factsNow(this.shared, asking);
      const names = this.shared.names.of(facts.incarnation);
      const subject = subjectOrNone(names, key);
      const message = subject === undefined ? undefined : await this.shared.api.last(subject, asking);
      if (subject === undefined || message === undefined) return undefined;
      const at = revisionAt(facts, message.sequence);
      const read = entryOf(names.keyOf(subject), message.data, at);
      if ('entry' in read) return read.entry;
      throw new LogError('unavailable', `the record at ${at} cannot be read: ${read.aside.problem}`, { cause: new MalformedRecord(read.aside.problem) });
    });
  }

  head({ signal }: CallOptions = {}): Promise<LogHead> {
    return reading(this.shared, signal, async (asking) => {
      const facts = await factsNow(this.shared, asking);
      const last = await this.lastSequence(facts, asking);
      const mark = await markNow(this.shared, facts, asking);
      this.shared.memory.reached(facts, last);
      // A mark that came after the question knows a newer head.
      const { incarnation, base } = facts;
      const revision = revisionAt(facts, headAt(mark, Math.max(last, mark.sequence)));
      return { incarnation, base, complete: isComplete(facts, mark), revision, compacted: mark.compacted };
    });
  }

  tail(options: TailOptions): AsyncIterable<TailBatch> {
    return tailOf(this.shared, options);
  }

  async close(): Promise<void> {
    this.#closing.abort(closedError());
    await this.shared.link.close();
  }
}

class RemoteLog extends Reader implements NatsLogReader {
  constructor(link: Link, options: NatsLogReaderOptions) {
    super(link, options, false);
  }

  protected lastSequence(facts: LogFacts, asking: Asking): Promise<number> {
    return lastSequenceNow(this.shared, facts, asking);
  }
}

class OwnLog extends Reader implements Log {
  readonly #replicas: number;
  #facts: LogFacts;
  readonly #appending: AppendDeps;
  /** The last check that it is still the log that was opened, and the connection in which it was made. */
  #recognised: { readonly epoch: number; readonly at: number; readonly check: Promise<void> } | undefined;
  /** Why nothing is written before the log was rewritten. */
  #broken: LogError | undefined;
  /** Says in the log that it lost its end, until that is heard. */
  #telling: Promise<void> | undefined;

  constructor(link: Link, options: NatsLogOptions, facts: LogFacts, replicas: number) {
    super(link, options, replicas > 1);
    this.#facts = facts;
    this.#replicas = replicas;
    this.#appending = {
      ...this.shared,
      mark: NO_MARK,
      facts: (signal) => this.#recognise(signal),
      wentBack: (found) => this.#wentBack(found),
    };
  }

  append(record: MintRecord, expect: Expect, options: AppendOptions = {}): Promise<Revision> {
    return append(this.#appending, record, expect, options);
  }

  async compact(before: Revision, { signal }: CallOptions = {}): Promise<number> {
    const facts = await reading(this.shared, signal, () => this.#recognise(signal));
    const { purged, mark } = await compact(this.shared, facts, before, signal);
    this.#appending.mark = mark;
    return purged;
  }

  async rewrite(records: AsyncIterable<MintRecord>, { above, signal }: RewriteOptions): Promise<LogHead> {
    this.#broken = new LogError('unavailable', 'the log is being rewritten');
    const facts = await rewrite(this.shared, records, { above, replicas: this.#replicas, signal });
    this.#turnTo(facts);
    return this.head({ ...(signal === undefined ? {} : { signal }) });
  }

  override async head(options: CallOptions = {}): Promise<LogHead> {
    try {
      return await super.head(options);
    } catch (error) {
      if (!(error instanceof LogError) || error.code !== 'unavailable') throw error;
      await this.#mustExist(options.signal);
      throw error;
    }
  }

  /** A server that answers, and has no such stream, is told apart from one that does not answer. */
  async #mustExist(signal: AbortSignal | undefined): Promise<void> {
    await this.shared.api.stream({ timeoutMs: REQUEST_MS, signal }).catch((error: unknown) => {
      if (error instanceof ApiRefusal && error.code === STREAM_NOT_FOUND) throw missing(this.shared.names);
    });
  }

  protected async lastSequence(_: LogFacts, asking: Asking): Promise<number> {
    return (await this.shared.api.stream(asking)).lastSequence;
  }

  /**
   * That it is still the log that was opened, and that nothing seen of it is gone (rule 6). Waited for on each new connection; on one that lasts it
   * is looked at about once a second, since a stream can be deleted and made anew under it.
   */
  async #recognise(signal: AbortSignal | undefined): Promise<LogFacts> {
    const { epoch } = this.shared.link;
    const before = this.#recognised;
    if (before?.epoch !== epoch || performance.now() - before.at > RECOGNISED_MS) this.#startCheck(epoch);
    const waited = before?.epoch === epoch ? before : this.#recognised;
    if (waited !== undefined) await orAborted(waited.check, signal);
    if (this.#broken === undefined) return this.#facts;
    this.#tellDoubt(this.#facts);
    throw this.#broken;
  }

  #startCheck(epoch: number): void {
    const check = this.#check();
    this.#recognised = { epoch, at: performance.now(), check };
    check.catch(() => {
      if (this.#recognised?.check === check) this.#recognised = undefined;
    });
  }

  async #check(): Promise<void> {
    const asking = { timeoutMs: REQUEST_MS, signal: this.shared.closing };
    const facts = await factsNow(this.shared, asking);
    if (facts.rewritten || facts.incarnation !== this.#facts.incarnation) await this.#mayFollow(facts, asking);
    if (this.#broken !== undefined) return;
    const seen = this.shared.memory.highest(facts);
    const until = performance.now() + (this.#replicas > 1 ? LAG_MS : 0);
    let last = await this.lastSequence(facts, asking);
    while (last < seen && performance.now() < until) {
      await sleep(RETRY_MS, this.shared.closing);
      last = await this.lastSequence(facts, asking);
    }
    if (last < seen) this.#wentBack(last);
  }

  /** Goes over to a log that was rewritten, once it is complete. Throws `unavailable` for one that is not, or that follows nothing that was seen. */
  async #mayFollow(facts: LogFacts, asking: Asking): Promise<void> {
    const { incarnation } = facts;
    if (!isComplete(facts, await markNow(this.shared, facts, asking))) throw new LogError('unavailable', `the log is being rewritten as incarnation ${incarnation}`);
    if (incarnation === this.#facts.incarnation) return;
    const seen = revisionAt(this.#facts, this.shared.memory.highest(this.#facts));
    if (facts.base < seen) {
      throw new LogError('unavailable', `the log is incarnation ${incarnation} now, which does not follow ${this.#facts.incarnation}: nothing is written to it`);
    }
    this.#turnTo(facts);
  }

  #turnTo(facts: LogFacts): void {
    this.#facts = facts;
    this.#appending.mark = NO_MARK;
    this.#recognised = undefined;
    this.#broken = undefined;
    this.#telling = undefined;
  }

  /** The region's replicator has to hear of it: what its view shows may be all that this log still has, and then nothing else tells it. */
  #tellDoubt(facts: LogFacts): void {
    this.#telling ??= sayDoubt(this.shared, facts).catch(() => {
      this.#telling = undefined;
    });
  }

  #wentBack(found: number): LogError {
    const seen = revisionAt(this.#facts, this.shared.memory.highest(this.#facts));
    const what = `the log went back to ${revisionAt(this.#facts, found)}, but ${seen} was seen: it lost its end`;
    this.#broken ??= new LogError('unavailable', `${what}, and nothing is written to it before it is rewritten`);
    this.shared.warn(what);
    this.#tellDoubt(this.#facts);
    return new LogError('outcome_unknown', what, { revision: revisionAt(this.#facts, found) });
  }
}

async function sayDoubt(shared: Shared, { incarnation }: LogFacts): Promise<void> {
  const { doubt } = shared.names.of(incarnation);
  try {
    await shared.api.publish(doubt, DOUBT, publishHeaders({ ofSubject: 0 }), { timeoutMs: REQUEST_MS, signal: shared.closing });
  } catch (error) {
    if (!(error instanceof ApiRefusal) || judgeRefusal(error).kind !== 'conflict') throw error;
  }
}

function missing({ stream }: Shared['names']): LogError {
  return new LogError('missing', `there is no log: stream ${stream} does not exist`);
}

function subjectOrNone(names: IncarnationNames, key: RecordKey): string | undefined {
  try {
    return names.subject(key);
  } catch (error) {
    if (error instanceof LogError && error.code === 'too_large') return undefined;
    throw error;
  }
}

/** Rejects with the signal's reason when it aborts first; the work goes on for others. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
