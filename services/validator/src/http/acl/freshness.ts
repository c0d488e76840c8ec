import { parseFreshness, Refusal } from '@mintmark/domain';
import { deadline, type World } from '@mintmark/kit/lifecycle';
import type { Feed } from '../../core/types.ts';
import type { Exchange } from './exchange.ts';
import { waitOf } from './request/wait.ts';
import type { WaitingRoom } from './waiting.ts';

/** How long a demand without `wait` may hold up an answer. */
const DEFAULT_WAIT_MS = 5_000;

/** How long the demand of `X-Mintmark-Freshness` may hold up an answer: milliseconds; 0 where there is none. */
export function demandMs(exchange: Exchange): number {
  return exchange.header('x-mintmark-freshness') === undefined ? 0 : (waitOf(exchange.parameters) ?? DEFAULT_WAIT_MS);
}

/** Keeps the demand of `X-Mintmark-Freshness`: nothing is answered from a state that is older. */
export class FreshnessGate {
  readonly #feed: Feed;
  readonly #world: World;
  readonly #room: WaitingRoom;

  constructor(feed: Feed, world: World, room: WaitingRoom) {
    this.#feed = feed;
    this.#world = world;
    this.#room = room;
  }

  /**
   * Waits until the region covers what the request demands, for at most its `wait` (5 s without; not at all for 0). Throws the refusal `stale`,
   * which says how far the region is, or `invalid_argument`.
   */
  async pass(exchange: Exchange): Promise<void> {
    const text = exchange.header('x-mintmark-freshness');
    if (text === undefined) return;
    const wanted = parseFreshness(text);
    if (wanted === undefined) throw new Refusal('invalid_argument', 'X-Mintmark-Freshness must be region:incarnation:index');
    const waitMs = demandMs(exchange);
    exchange.waits(waitMs);
    const now = this.#feed.covers(wanted, AbortSignal.abort());
    if (waitMs === 0) return now;
    if (await now.then(() => true, () => false)) return;
    const stop = new AbortController();
    using _place = this.#room.enter(exchange.source, () => stop.abort());
    using bound = deadline(this.#world.timers, waitMs, AbortSignal.any([exchange.signal, stop.signal]));
    await this.#feed.covers(wanted, bound.signal);
  }
}
