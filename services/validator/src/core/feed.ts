import { type Freshness, type Kind, Refusal } from '@mintmark/domain';
import type { Timers } from '@mintmark/kit/lifecycle';
import type { ChangeBatch, Follower } from '@mintmark/view';
import type { Feed, FeedState } from './types.ts';

/** Watchers woken in one turn of the event loop; answers go out between turns. */
const WAKES_PER_TURN = 256;

export interface FeedDeps {
  readonly region: string;
  readonly authority: string;
  readonly follower: Follower;
  readonly timers: Timers;
}

/** Topics of one kind: those who want all of it, and those who want one id. */
interface Topic {
  readonly all: Set<() => void>;
  readonly byId: Map<string, Set<() => void>>;
}

/** Wakes blocking queries and judges freshness, over the follower of the region's view. */
export class ChangeFeed implements Feed {
  readonly #deps: FeedDeps;
  readonly #topics = new Map<Kind, Topic>();
  #due = new Set<() => void>();
  #draining = false;
  #watchers = 0;

  constructor(deps: FeedDeps) {
    this.#deps = deps;
  }

  /** Those who wait now. */
  get watchers(): number {
    return this.#watchers;
  }

  state(): FeedState {
    const { position, live, ageMs, contact } = this.#deps.follower;
    return { position, live, ageMs, contact };
  }

  subscribe({ kind, id }: { readonly kind: Kind; readonly id?: string }, wake: () => void): Disposable {
    const topic = this.#topicOf(kind);
    const listeners = id === undefined ? topic.all : (topic.byId.get(id) ?? new Set());
    if (id !== undefined) topic.byId.set(id, listeners);
    const listener = (): void => wake();
    listeners.add(listener);
    this.#watchers += 1;
    return {
      [Symbol.dispose]: () => {
        if (!listeners.delete(listener)) return;
        this.#due.delete(listener);
        this.#watchers -= 1;
        if (id !== undefined && listeners.size === 0 && topic.byId.get(id) === listeners) topic.byId.delete(id);
      },
    };
  }

  /** The follower's changes: wakes those whom they concern. */
  changed(batch: ChangeBatch): void {
    for (const change of batch.changes) {
      const topic = this.#topics.get(change.kind);
      if (topic === undefined) continue;
      for (const listener of topic.all) this.#due.add(listener);
      for (const listener of topic.byId.get(change.id) ?? []) this.#due.add(listener);
    }
    this.#drain();
  }

  /** The follower started over: everybody looks again. */
  reset(): void {
    for (const topic of this.#topics.values()) {
      for (const listener of topic.all) this.#due.add(listener);
      for (const listeners of topic.byId.values()) for (const listener of listeners) this.#due.add(listener);
    }
    this.#drain();
  }

  async covers(freshness: Freshness, signal: AbortSignal): Promise<void> {
    const covered = this.#coverageOf(freshness);
    const known = covered().incarnation;
    if (known !== undefined && known !== freshness.incarnation) {
      throw stale(`${freshness.region} is at incarnation ${known}, not ${freshness.incarnation}`);
    }
    try {
      await this.#deps.follower.until(() => covered().incarnation === freshness.incarnation && covered().index >= freshness.index, signal);
    } catch {
      throw stale(`this region covers ${freshness.region} up to index ${covered().index}, not yet ${freshness.index}`);
    }
  }

  #coverageOf({ region }: Freshness): () => { incarnation: string | undefined; index: number } {
    const { follower } = this.#deps;
    if (region === this.#deps.region) return () => ({ incarnation: follower.position?.incarnation, index: follower.position?.revision ?? 0 });
    if (region === this.#deps.authority) return () => ({ incarnation: follower.contact?.incarnation, index: follower.contact?.covered ?? 0 });
    throw new Refusal('invalid_argument', `freshness of ${region} means nothing here: use one of ${this.#deps.region} or ${this.#deps.authority}`);
  }

  #topicOf(kind: Kind): Topic {
    let topic = this.#topics.get(kind);
    if (topic === undefined) {
      topic = { all: new Set(), byId: new Map() };
      this.#topics.set(kind, topic);
    }
    return topic;
  }

  #drain(): void {
    if (this.#draining || this.#due.size === 0) return;
    this.#draining = true;
    const turn = (): void => {
      let left = WAKES_PER_TURN;
      for (const listener of this.#due) {
        this.#due.delete(listener);
        listener();
        left -= 1;
        if (left === 0) break;
      }
      if (this.#due.size > 0) this.#deps.timers.soon(turn);
      else this.#draining = false;
    };
    turn();
  }
}

function stale(how: string): Refusal {
  return new Refusal('stale', how, { retryAfterMs: 1_000 });
}

