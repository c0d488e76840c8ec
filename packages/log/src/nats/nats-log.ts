import type { Entry, MintRecord, RecordKey, Revision } from '@mintmark/domain';
import { type CallOptions, type Expect, type Log, LogError, type LogHead, type LogReader, type TailBatch, type TailOptions } from '../log.ts';
import { type Asking, JetStreamApi } from './api.ts';
import { type AppendDeps, append } from './append.ts';
import { compact } from './compact.ts';
import { headAt, type LogFacts, NO_MARK, revisionAt } from './facts.ts';
import { closedError } from './failures.ts';
import { Link } from './link.ts';
import { Memory } from './memory.ts';
import { entryOf } from './message.ts';
import { namesOf } from './names.ts';
import { findOrMake } from './open.ts';
import type { NatsLogOptions, NatsLogReaderOptions } from './options.ts';
import { factsNow, LAG_MS, lastSequenceNow, markNow, REQUEST_MS, reading, type Shared } from './shared.ts';
import { sleep } from './sleep.ts';
import { tailOf } from './tail.ts';

const OPEN_MS = 10_000;
const RECOGNISED_MS = 1_000;
const RETRY_MS = 100;

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
    return new OwnLog(link, options, facts, replicas > 1);
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

  protected abstract lastSequence(asking: Asking): Promise<number>;

  async get(key: RecordKey, { signal }: CallOptions = {}): Promise<Entry | undefined> {
    const { names } = this.shared;
    const subject = subjectOrNone(names, key);
    if (subject === undefined) return undefined;
    return reading(this.shared, signal, async (asking) => {
      const [facts, message] = await Promise.all([factsNow(this.shared, asking), this.shared.api.last(subject, asking)]);
      if (message === undefined) return undefined;
      const at = revisionAt(facts, message.sequence);
      const read = entryOf(names.keyOf(subject), message.data, at);
      if ('entry' in read) return read.entry;
      throw new LogError('unavailable', `the record at ${at} cannot be read: ${read.aside.problem}`);
    });
  }

  head({ signal }: CallOptions = {}): Promise<LogHead> {
    return reading(this.shared, signal, async (asking) => {
      const facts = await factsNow(this.shared, asking);
      const last = await this.lastSequence(asking);
      const mark = await markNow(this.shared, asking);
      this.shared.memory.reached(facts, last);
      // A mark that came after the question knows a newer head.
      return { incarnation: facts.incarnation, revision: revisionAt(facts, headAt(mark, Math.max(last, mark.sequence))), compacted: mark.compacted };
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

  protected lastSequence(asking: Asking): Promise<number> {
    return lastSequenceNow(this.shared, asking);
  }
}

class OwnLog extends Reader implements Log {
  readonly #facts: LogFacts;
  readonly #isReplicated: boolean;
  readonly #appending: AppendDeps;
  /** The last check that it is still the log that was opened, and the connection in which it was made. */
  #recognised: { readonly epoch: number; readonly at: number; readonly check: Promise<void> } | undefined;
  #broken: LogError | undefined;

  constructor(link: Link, options: NatsLogOptions, facts: LogFacts, isReplicated: boolean) {
    super(link, options, isReplicated);
    this.#facts = facts;
    this.#isReplicated = isReplicated;
    this.#appending = {
      ...this.shared,
      mark: NO_MARK,
      facts: (signal) => this.#recognise(signal),
      wentBack: (found) => this.#wentBack(found),
    };
  }

  append(record: MintRecord, expect: Expect, { signal }: CallOptions = {}): Promise<Revision> {
    return append(this.#appending, record, expect, signal);
  }

  async compact(before: Revision, { signal }: CallOptions = {}): Promise<number> {
    const facts = await reading(this.shared, signal, () => this.#recognise(signal));
    const { purged, mark } = await compact(this.shared, facts, before, signal);
    this.#appending.mark = mark;
    return purged;
  }

  protected async lastSequence(asking: Asking): Promise<number> {
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
    if (this.#broken !== undefined) throw this.#broken;
    return this.#facts;
  }

  #startCheck(epoch: number): void {
    const check = this.#check();
    this.#recognised = { epoch, at: performance.now(), check };
    check.catch(() => {
      if (this.#recognised?.check === check) this.#recognised = undefined;
    });
  }

  async #check(): Promise<void> {
    if (this.#broken !== undefined) return;
    const asking = { timeoutMs: REQUEST_MS, signal: this.shared.closing };
    const facts = await factsNow(this.shared, asking);
    if (facts.incarnation !== this.#facts.incarnation) {
      this.#broken ??= new LogError(
        'unavailable',
        `the log is incarnation ${facts.incarnation} now, not ${this.#facts.incarnation}: nothing is written to it before it is opened again`,
      );
      return;
    }
    const seen = this.shared.memory.highest(facts);
    const until = performance.now() + (this.#isReplicated ? LAG_MS : 0);
    let last = await this.lastSequence(asking);
    while (last < seen && performance.now() < until) {
      await sleep(RETRY_MS, this.shared.closing);
      last = await this.lastSequence(asking);
    }
    if (last < seen) this.#wentBack(last);
  }

  #wentBack(found: number): LogError {
    const seen = revisionAt(this.#facts, this.shared.memory.highest(this.#facts));
    const what = `the log went back to ${revisionAt(this.#facts, found)}, but ${seen} was seen: it lost its end`;
    this.#broken ??= new LogError('unavailable', `${what}, and nothing is written to it before it is mended and opened again`);
    this.shared.warn(what);
    return new LogError('outcome_unknown', what, { revision: revisionAt(this.#facts, found) });
  }
}

function subjectOrNone(names: Shared['names'], key: RecordKey): string | undefined {
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
