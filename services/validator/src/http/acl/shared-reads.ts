import type { World } from '@mintmark/kit/lifecycle';
import type { Feed } from '../../core/types.ts';

/** How long a finished read is at hand for others that the same change has woken. */
const KEPT_MS = 250;

/**
 * Lets those whom one change has woken share what one of them reads. A read that began when the feed stood at a position shows at least that position,
 * and whoever was woken by a change sees the feed at or beyond it (F2 of the follower): sharing by position, a woken query never gets a state from
 * before its wake-up.
 */
export class SharedReads {
  readonly #feed: Feed;
  readonly #world: World;
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(feed: Feed, world: World) {
    this.#feed = feed;
    this.#world = world;
  }

  /** `key` names everything that the result depends on besides the view's state. `load` must not depend on one caller. */
  read<T>(key: string, load: () => Promise<T>): Promise<T> {
    const { position } = this.#feed.state();
    if (position === undefined) return load();
    const place = `${position.epoch} ${position.revision} ${key}`;
    const running = this.#running.get(place) as Promise<T> | undefined;
    if (running !== undefined) return running;
    const read = load();
    this.#running.set(place, read);
    const forget = (): void => void this.#running.delete(place);
    read.then(() => this.#world.timers.after(KEPT_MS, forget), forget);
    return read;
  }
}
