import { type Entry, NO_REVISION, parseKey, type Revision, revision } from '@mintmark/domain';
import { LogError, type SetAside, type TailBatch, type TailOptions } from '../log.ts';
import type { Asking, CreatedConsumer } from './api.ts';
import { type ConsumerOwner, type Delivered, PushConsumer } from './consumer.ts';
import { ApiRefusal, NoAnswer, STREAM_NOT_FOUND } from './failures.ts';
import { headAt, type LogFacts, type Mark, NO_MARK, readMark, revisionAt, sequenceAt } from './facts.ts';
import { entryOf } from './message.ts';
import type { IncarnationNames } from './names.ts';
import { factsNow, LAG_MS, lastSequenceNow, markNow, REQUEST_MS, type Shared, textOf } from './shared.ts';
import { sleep } from './sleep.ts';
import { wentBack } from './went-back.ts';

/*
 * A tail over push consumers.
 *
 * T1  The position is the sequence up to which nothing that was asked for is missing. Each consumer starts right after it, so nothing is missed
 *     and nothing comes twice, however many consumers there are.
 * T2  A consumer that is given up is replaced at once. The new one is believed only after the log has been recognised: same incarnation, not
 *     shorter, the newest message received still there as it was (rule 6). Otherwise: `regressed`.
 * T3  `#clean` is the highest revision up to which no tombstone can have been purged before it came here. A mark beyond it: `compacted`
 *     (rule 7). It grows when nothing was behind what was received: the mark cannot have been written by then.
 * T4  What the reader does not take waits in a bounded queue: beyond `ENOUGH` flow control is not answered, and the server stops after as much
 *     again as it has sent so far, and at most 32 MiB.
 */

const BATCH = 1_024;
/** Queued messages and bytes from which on flow control waits. */
const ENOUGH = { messages: 4_096, bytes: 4 << 20 } as const;
const ATTACH_MS = 5_000;
const PROBE_MS = 500;
const RETRY_MS = 100;
const PROGRESS_MS = 1_000;
const ANY = { incarnation: '*' };

export async function* tailOf(shared: Shared, options: TailOptions): AsyncGenerator<TailBatch> {
  if (options.signal.aborted) return;
  shared.closing.throwIfAborted();
  using tail = new Tail(shared, options);
  yield* tail.batches();
}

class Tail implements ConsumerOwner, Disposable {
  readonly #shared: Shared;
  readonly #options: TailOptions;
  readonly #ended = new AbortController();
  readonly #until: AbortSignal;
  #consumer: PushConsumer | undefined;
  #queue: Delivered[] = [];
  #queuedBytes = 0;
  #facts: LogFacts | undefined;
  #mark: Mark = NO_MARK;
  #position = 0;
  #clean: Revision | undefined;
  #through: Revision;
  #failure: { readonly error: unknown } | undefined;
  /** A sign of life came that the reader has not been told of. */
  #sign = false;
  #toldAt = Number.NEGATIVE_INFINITY;
  #doubtedAt: number | undefined;
  #wake: (() => void) | undefined;

  constructor(shared: Shared, options: TailOptions) {
    this.#shared = shared;
    this.#options = options;
    this.#through = options.after;
    this.#until = AbortSignal.any([options.signal, shared.closing, this.#ended.signal]);
    this.#until.addEventListener('abort', () => this.#wake?.(), { once: true });
    void this.#supervise();
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
    this.#consumer?.[Symbol.dispose]();
  }

  async *batches(): AsyncGenerator<TailBatch> {
    for (;;) {
      if (this.#options.signal.aborted) return;
      this.#shared.closing.throwIfAborted();
      if (this.#queue.length > 0) yield this.#told(this.#batch());
      else if (this.#failure !== undefined) throw this.#failure.error;
      else if (this.#sign && this.#isNews()) yield this.#told({ entries: [], setAside: [], through: this.#reached() });
      else await this.#news();
    }
  }

  take(delivered: Delivered): void {
    const { subject, sequence, pending } = delivered;
    const facts = this.#known();
    if (sequence <= this.#position)
      return this.#fail(new LogError('regressed', `sequence ${sequence} came after ${this.#position}`, { revision: revisionAt(facts, sequence) }));
    this.#position = sequence;
    this.#shared.memory.received(facts, delivered);
    if (subject === this.#names().doubt) return this.#fail(new LogError('regressed', 'somebody has seen more than the log has: it lost its end', { revision: this.#through }));
    const mark = subject === this.#names().mark ? readMark(textOf(delivered.message.data), sequence) : undefined;
    if (mark === undefined) this.#enqueue(delivered);
    else this.#heed(mark);
    this.#sign = true;
    if (pending === 0) this.#nothingBehind();
    this.#wake?.();
  }

  idle(sequence: number, caughtUp: boolean): void {
    this.#shared.memory.reached(this.#known(), sequence);
    if (sequence > this.#position) this.#position = sequence;
    if (caughtUp) this.#nothingBehind();
    this.#sign = true;
    this.#wake?.();
  }

  hasRoom(): boolean {
    return this.#queue.length < ENOUGH.messages && this.#queuedBytes < ENOUGH.bytes;
  }

  #enqueue(delivered: Delivered): void {
    this.#queue.push(delivered);
    this.#queuedBytes += delivered.message.data.length;
  }

  #batch(): TailBatch {
    const facts = this.#known();
    const names = this.#names();
    const taken = this.#queue.splice(0, BATCH);
    for (const { message } of taken) this.#queuedBytes -= message.data.length;
    if (this.hasRoom()) this.#consumer?.release();
    const entries: Entry[] = [];
    const setAside: SetAside[] = [];
    for (const { subject, sequence, message } of taken) {
      const key = names.keyOf(subject);
      const at = revisionAt(facts, sequence);
      const { scope } = this.#options;
      if (scope !== undefined && !key.startsWith(scope === 'global' ? 'g.' : 'l.')) continue;
      const read = parseKey(key) === undefined ? { aside: { revision: at, key, problem: 'not the key of a record' } } : entryOf(key, message.data, at);
      if ('entry' in read) entries.push(read.entry);
      else setAside.push(read.aside);
    }
    const last = taken.at(-1)?.sequence ?? this.#position;
    return { entries, setAside, through: this.#queue.length > 0 ? revisionAt(facts, last) : this.#reached() };
  }

  #told(batch: TailBatch): TailBatch {
    const through = revision(Math.max(batch.through, this.#through));
    this.#through = through;
    this.#sign = false;
    this.#toldAt = performance.now();
    return { ...batch, through };
  }

  /** Newest append at or below the position. */
  #reached(): Revision {
    return revisionAt(this.#known(), headAt(this.#mark, this.#position));
  }

  #isNews(): boolean {
    return this.#reached() > this.#through || performance.now() - this.#toldAt >= PROGRESS_MS;
  }

  #news(): Promise<void> {
    this.#sign = false;
    if (this.#until.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  /** Keeps a consumer, one after the other, until the tail ends or fails. */
  async #supervise(): Promise<void> {
    let troubled = false;
    while (!this.#until.aborted && this.#failure === undefined) {
      try {
        await this.#shared.link.up(ATTACH_MS, this.#until);
        this.#consumer = await this.#attach();
        troubled = false;
        const reason = await this.#consumer.lost;
        if (this.#until.aborted || this.#failure !== undefined) return;
        this.#shared.warn(`a tail of ${this.#shared.names.stream} lost its consumer at sequence ${this.#position}: ${reason}`);
        await this.#shared.link.probe(PROBE_MS);
      } catch (error) {
        if (this.#until.aborted) return;
        if (error instanceof ApiRefusal && error.code === STREAM_NOT_FOUND && this.#wasThere()) return this.#fail(new LogError('missing', 'the log does not exist any more'));
        if (!(error instanceof NoAnswer || error instanceof ApiRefusal)) return this.#fail(error);
        if (!troubled) this.#shared.warn(`a tail of ${this.#shared.names.stream} cannot go on yet: ${error.message}`);
        troubled = true;
        await sleep(RETRY_MS, this.#until);
      }
    }
  }

  /** A consumer that goes on at the position, of a log that was recognised. */
  async #attach(): Promise<PushConsumer> {
    const { link, api } = this.#shared;
    const asking = { timeoutMs: REQUEST_MS, signal: this.#until };
    if (this.#facts === undefined) this.#start(await this.#firstFacts(asking));
    const filter = this.#names().filter(this.#options.scope === 'global' ? 'global' : 'all');
    const opening = PushConsumer.open(link, api, { filter, after: this.#position }, this, { ...asking, timeoutMs: ATTACH_MS });
    const { consumer, created } = await opening.catch((error: unknown) => this.#refused(error, asking));
    try {
      await this.#recognise(created);
    } catch (error) {
      consumer[Symbol.dispose]();
      throw error;
    }
    consumer.accept();
    if (created.pending === 0) {
      this.#nothingBehind();
      this.#sign = true;
      this.#wake?.();
    }
    return consumer;
  }

  /** A log that says nothing of itself may not exist: a consumer of it is refused for that, and for nothing else. */
  async #firstFacts(asking: Asking): Promise<LogFacts> {
    try {
      return await factsNow(this.#shared, asking);
    } catch (error) {
      if (error instanceof NoAnswer && error.reach === 'unsent' && this.#wasThere()) await lastSequenceNow(this.#shared, ANY, asking);
      throw error;
    }
  }

  /** A stream does not take a consumer of subjects that it does not have, as those of another incarnation. */
  async #refused(error: unknown, asking: Asking): Promise<never> {
    if (!(error instanceof ApiRefusal) || error.code === STREAM_NOT_FOUND) throw error;
    const facts = await factsNow(this.#shared, asking);
    const other = this.#isOther(facts);
    throw other === undefined ? error : await this.#regressed(other, facts, asking);
  }

  /** A log that nobody has seen yet is waited for; one that was seen and is gone ends the tail. */
  #wasThere(): boolean {
    return this.#facts !== undefined || this.#options.incarnation !== undefined;
  }

  #start(facts: LogFacts): void {
    this.#facts = facts;
    this.#position = Math.max(1, sequenceAt(facts, this.#options.after));
  }

  /** Rule 6, in its order, and rule 7, after the consumer was created: what is purged later has its mark behind the consumer's start. */
  async #recognise(created: CreatedConsumer): Promise<void> {
    const asking = { timeoutMs: REQUEST_MS, signal: this.#until };
    const known = this.#known();
    const [facts, mark] = await Promise.all([factsNow(this.#shared, asking), markNow(this.#shared, known, asking)]);
    const problem = this.#isOther(facts) ?? (await this.#differs(created, known, mark));
    if (problem !== undefined) this.#doubt(await this.#regressed(problem, facts, asking), created.clustered);
    this.#doubtedAt = undefined;
    this.#clean ??= this.#options.after === NO_REVISION ? mark.compacted : this.#options.after;
    this.#heed(mark);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #isOther({ incarnation }: LogFacts): string | undefined {
    const wanted = this.#options.incarnation ?? this.#known().incarnation;
    return incarnation === wanted && incarnation === this.#known().incarnation ? undefined : `the log is incarnation ${incarnation}, not ${wanted}`;
  }

  async #regressed(problem: string, facts: LogFacts, asking: Asking): Promise<LogError> {
    const mark = await markNow(this.#shared, facts, asking);
    const end = headAt(mark, await lastSequenceNow(this.#shared, facts, asking));
    return new LogError('regressed', problem, { revision: revisionAt(facts, end) });
  }

  /** Why the log is not the one that was read before; `undefined` where it may be. */
  async #differs(created: CreatedConsumer, facts: LogFacts, mark: Mark): Promise<string | undefined> {
    if (created.sequence < this.#position)
      return `the log ends at ${revisionAt(facts, headAt(mark, created.sequence))}, before ${revisionAt(facts, this.#position)}`;
    const newest = this.#shared.memory.newest(facts);
    return newest && wentBack(this.#shared.api, newest, facts, mark, { timeoutMs: REQUEST_MS, signal: this.#until });
  }

  /** Throws the error; while a member of a cluster may only lag, throws to ask again. */
  #doubt(error: LogError, mayLag: boolean): never {
    this.#doubtedAt ??= performance.now();
    if (mayLag && performance.now() - this.#doubtedAt < LAG_MS) throw new NoAnswer('unanswered', error.message);
    throw error;
  }

  #heed(mark: Mark): void {
    if (mark.sequence > this.#mark.sequence) this.#mark = mark;
    if (this.#options.withoutPurged === true || (this.#clean !== undefined && mark.compacted <= this.#clean)) return;
    this.#fail(
      new LogError('compacted', `tombstones up to ${mark.compacted} may be purged; nothing is missing up to ${this.#clean} only`, { revision: mark.compacted }),
    );
  }

  #nothingBehind(): void {
    const reached = this.#reached();
    if (this.#clean !== undefined && reached > this.#clean) this.#clean = reached;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#consumer?.[Symbol.dispose]();
    this.#wake?.();
  }

  #names(): IncarnationNames {
    return this.#shared.names.of(this.#known().incarnation);
  }

  #known(): LogFacts {
    if (this.#facts === undefined) throw new Error('a message came before the tail started');
    return this.#facts;
  }
}
