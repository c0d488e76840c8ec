import type { Entry, Kind, LiveEntry, Revision, UniqueIndex } from '@mintmark/domain';
import { type ApplyRange, type CallOptions, type ChangeBatch, type ListQuery, type MarkOptions, type Read, type ResetOptions, type View, ViewError, type Watermark } from '@mintmark/view';
import { atOnce, exchange, Lost, Refused, type Serve } from '../kernel/exchange.ts';
import type { Network } from '../kernel/network.ts';
import type { SimNode, SimProcess } from '../kernel/node.ts';
import type { FeedStep, Seen } from './view-feed.ts';
import type { ViewServer } from './view-server.ts';

const ANSWER_WITHIN_MS = 700;
/** How long the server holds a reader that has everything. Signs of life come from the replicator. */
const HOLD_MS = 2_000;
const RETRY_MS = 60;

export interface ViewPlace {
  readonly network: Network;
  readonly node: SimNode;
  readonly server: ViewServer;
}

/** The view port over the simulated network, as one process holds it. */
export class SimView implements View {
  readonly #process: SimProcess;
  readonly #place: ViewPlace;
  readonly #closing = new AbortController();
  /** The server's run when this process read the watermark last. */
  #run: number | undefined;

  constructor(process: SimProcess, place: ViewPlace) {
    this.#process = process;
    this.#place = place;
  }

  async watermark(options?: CallOptions): Promise<Watermark> {
    const { server } = this.#place;
    const look = () => ({ run: server.run, watermark: server.watermark() });
    const { run, watermark } = await this.#ask('watermark', atOnce(look), options);
    this.#run = run;
    return watermark;
  }

  get<K extends Kind>(kind: K, id: string, options?: CallOptions): Promise<Read<LiveEntry<K> | undefined>> {
    return this.#ask('get', atOnce(() => this.#place.server.get(kind, id)), options);
  }

  find<K extends Kind>(kind: K, index: UniqueIndex, value: string, options?: CallOptions): Promise<Read<LiveEntry<K> | undefined>> {
    return this.#ask('find', atOnce(() => this.#place.server.find(kind, index, value)), options);
  }

  list<K extends Kind>(kind: K, query: ListQuery, options?: CallOptions): Promise<Read<readonly LiveEntry<K>[]>> {
    return this.#ask('list', atOnce(() => this.#place.server.list(kind, query)), options);
  }

  apply(entries: readonly Entry[], range: ApplyRange, options?: CallOptions): Promise<void> {
    const run = this.#run;
    return this.#ask('apply', atOnce(() => this.#place.server.apply(entries, range, run)), options);
  }

  mark(mark: MarkOptions, options?: CallOptions): Promise<void> {
    const run = this.#run;
    return this.#ask('mark', atOnce(() => this.#place.server.mark(mark, run)), options);
  }

  async reset(reset: ResetOptions, call?: CallOptions): Promise<Watermark> {
    const { server } = this.#place;
    const { run, watermark } = await this.#ask('reset', atOnce(() => ({ watermark: server.reset(reset), run: server.run })), call);
    this.#run = run;
    return watermark;
  }

  async *changes({ epoch, after, signal }: { epoch: string; after: Revision; signal: AbortSignal }): AsyncGenerator<ChangeBatch> {
    if (signal.aborted) return;
    const { server } = this.#place;
    let seen: Seen = await this.#feed('enter', atOnce(() => server.enter(epoch, after)), signal, after);
    while (!signal.aborted) {
      this.#closing.signal.throwIfAborted();
      const step = await this.#step(epoch, seen, signal);
      if (step === undefined) continue;
      seen = step.seen;
      yield step.batch;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new ViewError('closed', 'the view is closed'));
  }

  /** A start that gets no answer is an unreachable store; the feed's follower tries again. */
  async #feed(label: string, serve: Serve<Seen>, signal: AbortSignal, after: Revision): Promise<Seen> {
    try {
      return await this.#ask(label, serve, { signal });
    } catch (error) {
      if (signal.aborted) return { through: after, marks: 0, contacts: 0 };
      throw error;
    }
  }

  async #step(epoch: string, seen: Seen, signal: AbortSignal): Promise<FeedStep | undefined> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    try {
      return await exchange(this.#place.network, this.#process, this.#place.node, this.#serveNext(epoch, seen), { label: 'changes', signal: either, timeoutMs: HOLD_MS + ANSWER_WITHIN_MS });
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!(error instanceof Lost) && !(error instanceof Refused)) throw error;
      await this.#process.world.timers.sleep(RETRY_MS, signal).catch(() => undefined);
      return undefined;
    }
  }

  #serveNext(epoch: string, seen: Seen): Serve<FeedStep | undefined> {
    const { server, node } = this.#place;
    return (answer) => {
      let over: Disposable = { [Symbol.dispose]: () => undefined };
      let waiting: Disposable = over;
      const look = (last: boolean): void => {
        let step: FeedStep | undefined;
        let failure: unknown;
        try {
          step = server.next(epoch, seen);
        } catch (error) {
          failure = error;
        }
        if (step === undefined && failure === undefined && !last) {
          waiting = server.wait(() => look(false));
          return;
        }
        over[Symbol.dispose]();
        waiting[Symbol.dispose]();
        answer(() => {
          if (failure !== undefined) throw failure;
          return step;
        });
      };
      over = this.#process.scheduler.after(HOLD_MS, `${node.name} holds no longer`, () => look(true));
      look(false);
    };
  }

  async #ask<T>(label: string, serve: Serve<T>, options: CallOptions | undefined): Promise<T> {
    options?.signal?.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    try {
      return await exchange(this.#place.network, this.#process, this.#place.node, serve, { label, signal: options?.signal, timeoutMs: ANSWER_WITHIN_MS });
    } catch (error) {
      if (error instanceof Lost || error instanceof Refused) throw new ViewError('unavailable', 'the view cannot be reached', { cause: error });
      throw error;
    }
  }
}
