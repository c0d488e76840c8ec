import { deadline, type World } from '@mintmark/kit/lifecycle';
import type { Follower, ViewReader } from '@mintmark/view';

/** Records in memory that follow the view. */
export interface Settled {
  /** Whether everything that was announced has been read. */
  readonly settled: boolean;
  whenSettled(signal: AbortSignal): Promise<void>;
}

export interface DecisionsDeps {
  /** What is decided by. */
  readonly access: Settled;
  readonly view: ViewReader;
  readonly follower: Follower;
  /** Whether no write of the region returns before this process has heard of it. */
  readonly trusted: () => boolean;
  readonly world: World;
  /** How long what is in memory may decide while the view cannot be read: milliseconds since the feed was last heard of. */
  readonly stalenessMs: number;
}

const CURRENT_WITHIN_MS = 2_000;

/** Whether what is in memory, the policies and roles or the keys and clients, is that by which the region decides now. */
export class Decisions {
  readonly #deps: DecisionsDeps;

  constructor(deps: DecisionsDeps) {
    this.#deps = deps;
  }

  /** Whether that can be told without asking. */
  get currentAtOnce(): boolean {
    return this.#deps.trusted() && this.#deps.access.settled;
  }

  /**
   * Waits until they are: for what was announced to be read and, where writes do not wait for this process, for all that the view shows. While the view
   * cannot be read they count for as long as a cached token does. False where that cannot be told within two seconds.
   */
  async current(signal: AbortSignal): Promise<boolean> {
    if (this.currentAtOnce) return true;
    const { access, world, trusted, follower, stalenessMs } = this.#deps;
    using bound = deadline(world.timers, CURRENT_WITHIN_MS, signal);
    try {
      if (!trusted()) await this.#seen(bound.signal);
      await access.whenSettled(bound.signal);
      return true;
    } catch {
      signal.throwIfAborted();
      return access.settled && follower.ageMs <= stalenessMs;
    }
  }

  /** Resolves once the follower covers what the view shows now. */
  async #seen(signal: AbortSignal): Promise<void> {
    const { view, follower } = this.#deps;
    const { epoch, revision } = await view.watermark({ signal });
    await follower.until(() => follower.position?.epoch === epoch && follower.position.revision >= revision, signal);
  }
}
