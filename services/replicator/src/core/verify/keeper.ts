import { NO_REVISION, type Revision } from '@mintmark/domain';
import { deadline, Waiters, type World } from '@mintmark/kit/lifecycle';
import { type Log, LogError } from '@mintmark/log';
import type { ReplicatorEvents } from '../../events.ts';
import type { Projector } from '../projector.ts';
import { Ledger } from './ledger.ts';

const RETRY_MS = 500;
const COVERS_WITHIN_MS = 10_000;
const READ_WITHIN_MS = 300_000;

export interface Kept {
  readonly ledger: Ledger;
  readonly incarnation: string;
}

export interface KeeperDeps {
  readonly log: Log;
  readonly projector: Projector;
  readonly world: World;
  readonly events: ReplicatorEvents;
}

/** Keeps a ledger of the region's log by a tail of its own, so that it is no copy of what the projector made of it. */
export class Keeper {
  readonly #deps: KeeperDeps;
  readonly #waiters = new Waiters();
  #kept: Kept | undefined;
  /** How often the log was read to its end. */
  #readings = 0;
  #again = new AbortController();

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
  }

  /** `undefined` until the log was read to its end. */
  get kept(): Kept | undefined {
    return this.#kept;
  }

  /** Resolves once the ledger covers a revision. Rejects with `DeadlineExceeded` where that takes too long, or with the signal's reason. */
  async covers(revision: Revision, signal: AbortSignal): Promise<void> {
    using bound = deadline(this.#deps.world.timers, COVERS_WITHIN_MS, signal);
    await this.#waiters.until(() => (this.#kept?.ledger.through ?? NO_REVISION) >= revision, bound.signal);
  }

  /** Reads the whole log anew: what was altered or taken away behind the back of tails is noticed. Resolves when that is done, and rejects as `covers` does. */
  async reread(signal: AbortSignal): Promise<void> {
    using bound = deadline(this.#deps.world.timers, READ_WITHIN_MS, signal);
    const wanted = this.#readings + 1;
    this.#again.abort();
    await this.#waiters.until(() => this.#readings >= wanted, bound.signal);
  }

  /** Runs until the signal aborts. Begins when the view is ready: what serves readers comes first. */
  async run(signal: AbortSignal): Promise<void> {
    const { projector, world, events } = this.#deps;
    await projector.until(({ ready }) => ready, signal).catch(() => undefined);
    while (!signal.aborted) {
      this.#again = new AbortController();
      try {
        await this.#follow(AbortSignal.any([signal, this.#again.signal]));
      } catch (error) {
        if (signal.aborted) return;
        if (this.#again.signal.aborted) continue;
        if (!(error instanceof LogError)) throw error;
        if (error.code !== 'unavailable') this.#kept = undefined;
        events.interrupted({ loop: 'verify', error });
        await world.timers.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { log } = this.#deps;
    const { incarnation, revision } = await log.head({ signal });
    const ledger = new Ledger();
    for await (const batch of log.tail({ after: NO_REVISION, incarnation, signal })) {
      ledger.fold(batch);
      if (batch.through >= revision && this.#kept?.ledger !== ledger) {
        this.#kept = { ledger, incarnation };
        this.#readings += 1;
      }
      this.#waiters.moved();
    }
  }
}
