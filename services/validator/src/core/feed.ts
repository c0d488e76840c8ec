import { type AuthorityBody, type Freshness, isFollowed, type Kind, Refusal } from '@mintmark/domain';
import type { Timers } from '@mintmark/kit/lifecycle';
import type { Change, ChangeBatch, Follower } from '@mintmark/view';
import type { Feed, FeedState, Topic } from './types.ts';

/** Watchers woken in one turn of the event loop; answers go out between turns. */
const WAKES_PER_TURN = 256;

export interface FeedDeps {
  readonly region: string;
  readonly authority: () => AuthorityBody;
  readonly follower: Follower;
  readonly timers: Timers;
}

interface Coverage {
  readonly incarnation: string | undefined;
  readonly index: number;
}

const UNHEARD: Coverage = { incarnation: undefined, index: 0 };

/** Watchers of one kind: those who want many of its records, each with what it wants, and those who want one. */
interface Watched {
  readonly all: Map<() => void, Topic>;
  readonly byId: Map<string, Set<() => void>>;
}

/** Wakes blocking queries and judges freshness, over the follower of the region's view. */
export class ChangeFeed implements Feed {
  readonly #deps: FeedDeps;
  readonly #topics = new Map<Kind, Watched>();
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

  subscribe(topic: Topic, wake: () => void): Disposable {
    const watched = this.#watchedOf(topic.kind);
    const listener = (): void => wake();
    if (topic.id === undefined) watched.all.set(listener, topic);
    else listenersOf(watched, topic.id).add(listener);
    this.#watchers += 1;
    return {
      [Symbol.dispose]: () => {
        if (!forget(watched, topic.id, listener)) return;
        this.#due.delete(listener);
        this.#watchers -= 1;
      },
    };
  }

  /** The follower's changes: wakes those whom they concern. */
  changed(batch: ChangeBatch): void {
    for (const change of batch.changes) {
      const watched = this.#topics.get(change.kind);
      if (watched === undefined) continue;
      for (const [listener, topic] of watched.all) if (isCovered(change, topic)) this.#due.add(listener);
      for (const listener of watched.byId.get(change.id) ?? []) this.#due.add(listener);
    }
    this.#drain();
  }

  /** The follower started over: everybody looks again. */
  reset(): void {
    for (const watched of this.#topics.values()) {
      for (const listener of watched.all.keys()) this.#due.add(listener);
      for (const listeners of watched.byId.values()) for (const listener of listeners) this.#due.add(listener);
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

  #coverageOf({ region, incarnation }: Freshness): () => Coverage {
    const { follower } = this.#deps;
    const authority = this.#deps.authority();
    if (region === this.#deps.region) return () => ({ incarnation: follower.position?.incarnation, index: follower.position?.revision ?? 0 });
    if (region === authority.region) return () => (follower.contact?.region === region ? { incarnation: follower.contact.incarnation, index: follower.contact.covered } : UNHEARD);
    const handed = authority.successions.findLast(({ from }) => from.region === region);
    if (handed === undefined) throw new Refusal('invalid_argument', `freshness of ${region} means nothing here: use one of ${this.#deps.region} or ${authority.region}`);
    // What it had decided when it was the authority came with the authority.
    return () => ({ incarnation, index: authority.region === this.#deps.region || isFollowed(authority, follower.contact) ? handed.from.revision : 0 });
  }

  #watchedOf(kind: Kind): Watched {
    let watched = this.#topics.get(kind);
    if (watched === undefined) {
      watched = { all: new Map(), byId: new Map() };
      this.#topics.set(kind, watched);
    }
    return watched;
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

function isCovered(change: Change, { prefix, scope }: Topic): boolean {
  return (prefix === undefined || change.id.startsWith(prefix)) && (scope === undefined || change.scope === scope);
}

function listenersOf({ byId }: Watched, id: string): Set<() => void> {
  let listeners = byId.get(id);
  if (listeners === undefined) {
    listeners = new Set();
    byId.set(id, listeners);
  }
  return listeners;
}

/** Whether the listener was still there. */
function forget({ all, byId }: Watched, id: string | undefined, listener: () => void): boolean {
  if (id === undefined) return all.delete(listener);
  const listeners = byId.get(id);
  if (listeners?.delete(listener) !== true) return false;
  if (listeners.size === 0) byId.delete(id);
  return true;
}

function stale(how: string): Refusal {
  return new Refusal('stale', how, { retryAfterMs: 1_000 });
}

