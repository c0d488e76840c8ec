import { type Kind, NO_REVISION, type Revision, type Scope } from '@mintmark/domain';
import { deadline, Waiters, type World } from '@mintmark/kit/lifecycle';
import { type Log, LogError, type TailBatch } from '@mintmark/log';
import type { ReplicatorEvents } from '../../events.ts';
import type { Written } from '../compactor.ts';
import { LOCAL } from './fingerprint.ts';
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
  readonly world: World;
  readonly events: ReplicatorEvents;
}

/** Where the projector was in the log when it was given a batch. */
export interface FedFrom {
  readonly incarnation: string;
  /** The batch is all that the log has after that. */
  readonly after: Revision;
}

/**
 * Keeps a ledger of the region's log. It reads the log to its end by itself, and goes on with the batches that the projector is given: with what the log says, not with what the projector
 * made of that.
 */
export class Keeper {
  readonly #deps: KeeperDeps;
  readonly #waiters = new Waiters();
  #kept: Kept | undefined;
  /** How far the projector was given the log. */
  #fed: { readonly incarnation: string; readonly through: Revision } | undefined;
  /** How often the log was read to its end. */
  #readings = 0;
  #again = new AbortController();
  #written: readonly Written[] | undefined;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
  }

  /** `undefined` until the log was read to its end. */
  get kept(): Kept | undefined {
    return this.#kept;
  }

  /** By when what the log had was signed, of when it was read to its end for the first time; `undefined` until then. */
  get written(): readonly Written[] | undefined {
    return this.#written;
  }

  /** Whether the log, read up to `at` and no further, is known to have nothing live under an id. */
  lacks(kind: Kind, id: string, at: Revision): boolean {
    const ledger = this.#kept?.ledger;
    return ledger?.through === at && ledger.find(kind, id) === undefined;
  }

  /** What of an id is live in the log, as far as it was read; `undefined` while that is not known. */
  under(kind: Kind, id: string): Scope | 'nothing' | undefined {
    if (this.#kept === undefined) return undefined;
    const print = this.#kept.ledger.find(kind, id);
    if (print === undefined) return 'nothing';
    return print.said === LOCAL ? 'local' : 'global';
  }

  /** The projector was given a batch. */
  feed(batch: TailBatch, { incarnation, after }: FedFrom): void {
    this.#fed = { incarnation, through: batch.through };
    if (this.#kept !== undefined && (this.#kept.incarnation !== incarnation || this.#kept.ledger.through < after)) {
      this.#kept = undefined;
      this.#again.abort();
    }
    this.#kept?.ledger.fold(batch);
    this.#waiters.moved();
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
    this.#waiters.moved();
    await this.#waiters.until(() => this.#readings >= wanted, bound.signal);
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { world, events } = this.#deps;
    while (!signal.aborted) {
      const again = new AbortController();
      this.#again = again;
      try {
        await this.#read(AbortSignal.any([signal, again.signal]));
        await this.#waiters.until(() => again.signal.aborted, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (again.signal.aborted) continue;
        if (!(error instanceof LogError)) throw error;
        if (error.code !== 'unavailable') this.#kept = undefined;
        events.interrupted({ loop: 'verify', error });
        await world.timers.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }

  /** Reads the log to its end, and as far as the projector was given it: from there on both are given the same. */
  async #read(signal: AbortSignal): Promise<void> {
    const { log } = this.#deps;
    const { incarnation, revision } = await log.head({ signal });
    const ledger = new Ledger();
    const isLevel = (): boolean => this.#fed === undefined || (this.#fed.incarnation === incarnation && ledger.through >= this.#fed.through);
    const written: Written[] = [];
    for await (const batch of log.tail({ after: NO_REVISION, incarnation, signal })) {
      ledger.fold(batch);
      written.push({ at: latestOf(batch, written.at(-1)?.at ?? 0), through: batch.through });
      if (batch.through < revision || !isLevel()) continue;
      this.#kept = { ledger, incarnation };
      this.#written ??= written;
      this.#readings += 1;
      this.#waiters.moved();
      return;
    }
  }
}

function latestOf({ entries }: TailBatch, before: number): number {
  return entries.reduce((latest, { record: { signature } }) => Math.max(latest, signature?.stamp ?? 0), before);
}
