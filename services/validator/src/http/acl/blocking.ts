import { type LiveEntry, parseTime } from '@mintmark/domain';
import type { World } from '@mintmark/kit/lifecycle';
import type { Feed, Topic } from '../../core/types.ts';
import { Latch, type WaitingRoom } from './waiting.ts';

/*
 * Blocking queries (specs 3, P4).
 *
 * Q1  Register first, then read: a change between the two wakes. Each round lowers the latch before it reads, so a wake-up during a read is
 *     never lost.
 * Q2  A query returns when its result's index has passed the one asked for, or when its time is up, with what it read last. Any other wake-up
 *     sends it to sleep again.
 * Q3  Whoever waits is authorized anew in each round, and before the last result is handed out. The caller's own token is watched too, and its
 *     expiry: a token that is revoked or expires ends the wait at once.
 * Q4  However it ends, the subscriptions, timers and the place in the waiting room are given back.
 */

/** What a round found, and the index that it stands at. */
export interface Indexed<T> {
  readonly index: number;
  readonly value: T;
}

/** Whoever is authorized; `token` is absent for the anonymous. */
export interface Holder {
  readonly token?: LiveEntry<'token'>;
}

export interface BlockingQuery<C extends Holder, T> {
  /** 0 does not block. */
  readonly index: number;
  readonly waitMs: number;
  /** What can move the result's index. */
  readonly topics: readonly Topic[];
  /** Throws the refusal of whoever may not see the result now. */
  authorize(): Promise<C>;
  /** `again`: woken by a change, so a result that others read since that change will do. */
  read(caller: C, again: boolean): Promise<Indexed<T>>;
}

/** Whoever waits for the answer. */
export interface Asking {
  readonly signal: AbortSignal;
  /** Whom the wait counts against where there is no token. */
  readonly source: string;
}

export interface Answered<C, T> {
  readonly caller: C;
  readonly result: Indexed<T>;
}

/** What waits together does not end together (specs 3). */
const JITTER = 1 / 16;

/** How long a query that waits for `waitMs` may be held at most: milliseconds. */
export function longestHold(waitMs: number): number {
  return waitMs * (1 + JITTER);
}

/** An expiry that the wall clock reaches early or late is looked for again after this. */
const EXPIRY_GRAIN_MS = 50;

export class BlockingQueries {
  readonly #feed: Feed;
  readonly #world: World;
  readonly #room: WaitingRoom;

  constructor(feed: Feed, world: World, room: WaitingRoom) {
    this.#feed = feed;
    this.#world = world;
    this.#room = room;
  }

  /** Answers at once or when it is time to. When the client's signal aborts, its reason is thrown. */
  async run<C extends Holder, T>(query: BlockingQuery<C, T>, client: Asking): Promise<Answered<C, T>> {
    const caller = await query.authorize();
    if (query.index === 0) return { caller, result: await query.read(caller, false) };
    const latch = new Latch();
    using held = new DisposableStack();
    held.use(this.#room.enter(caller.token?.record.id ?? client.source, latch.raise));
    for (const topic of query.topics) held.use(this.#feed.subscribe(topic, latch.raise));
    if (caller.token !== undefined) held.use(this.#feed.subscribe({ kind: 'token', id: caller.token.record.id }, latch.raise));
    const holdMs = query.waitMs * (1 + this.#world.random.fraction() * JITTER);
    let late = false;
    const timeUp = (): void => {
      late = true;
      latch.raise();
    };
    held.use(this.#world.timers.after(holdMs, timeUp));
    held.use(onAbort(client.signal, latch.raise));
    return await this.#rounds(query, latch, () => late || this.#room.closing, client.signal);
  }

  async #rounds<C extends Holder, T>(query: BlockingQuery<C, T>, latch: Latch, over: () => boolean, client: AbortSignal): Promise<Answered<C, T>> {
    for (let again = false; ; again = true) {
      latch.lower();
      const caller = await query.authorize();
      const result = await query.read(caller, again);
      if (result.index > query.index) return { caller, result };
      if (!over()) {
        using _expiry = this.#atExpiry(caller, latch);
        await latch.raised();
      }
      client.throwIfAborted();
      if (over()) return { caller: await query.authorize(), result };
    }
  }

  #atExpiry({ token }: Holder, latch: Latch): Disposable | undefined {
    const at = token?.record.body.expirationTime ?? null;
    const expiry = at === null ? undefined : parseTime(at);
    if (expiry === undefined) return undefined;
    const leftMs = Number(expiry) / 1e6 - this.#world.clock.now();
    return leftMs > MAX_TIMER_MS ? undefined : this.#world.timers.after(Math.max(leftMs, EXPIRY_GRAIN_MS), latch.raise);
  }
}

/** Longer than anybody waits. */
const MAX_TIMER_MS = 400_000;

function onAbort(signal: AbortSignal, call: () => void): Disposable {
  if (signal.aborted) call();
  signal.addEventListener('abort', call, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', call) };
}
