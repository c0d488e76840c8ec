import { Refusal } from '@mintmark/domain';
import { DeadlineExceeded, CallEnded, Turns, type World } from '@mintmark/kit/lifecycle';
import { LogError } from '@mintmark/log';
import { ViewError } from '@mintmark/view';
import type { ReplicatorEvents } from '../../events.ts';
import { type Comparison, notCompared } from './comparison.ts';
import { compareWithAuthority, type CopyDeps } from './copy.ts';
import { compareWithView, type ShownDeps } from './shown.ts';

export interface VerifyTimes {
  /** How often the copy is compared with the authority: milliseconds. */
  readonly everyMs: number;
  /** How often the view is compared with the log, record by record: milliseconds. */
  readonly storesEveryMs: number;
}

export interface VerifierDeps {
  readonly shown: ShownDeps;
  /** `undefined` in the authority, and where it is not known how to ask it. */
  readonly copy: () => CopyDeps | undefined;
  readonly world: World;
  readonly events: ReplicatorEvents;
}

/** Compares the region's stores with one another and its copy with the authority, on a schedule and when asked to. One comparison at a time. */
export class Verifier {
  readonly #deps: VerifierDeps;
  readonly #turns = new Turns();
  /** What somebody has asked for and waits for. */
  #asked: Promise<readonly Comparison[]> | undefined;
  #running: AbortSignal | undefined;
  readonly #troubles = new Map<Comparison['with'], string>();

  constructor(deps: VerifierDeps) {
    this.#deps = deps;
  }

  /** What was found and not repaired, in words. */
  get troubles(): readonly string[] {
    return [...this.#troubles.values()];
  }

  /** Compares everything now, or joins who does so already. Rejects with the signal's reason when it aborts first; the work goes on. */
  async verify(signal: AbortSignal): Promise<readonly Comparison[]> {
    this.#asked ??= this.#everything(this.#running ?? signal).finally(() => {
      this.#asked = undefined;
    });
    return untilAborted(this.#asked, signal);
  }

  async #everything(signal: AbortSignal): Promise<readonly Comparison[]> {
    const stores = await this.#stores(signal);
    const copy = await this.#copy(signal);
    return copy === undefined ? [stores] : [stores, copy];
  }

  /** Runs until the signal aborts. */
  async run({ everyMs, storesEveryMs }: VerifyTimes, signal: AbortSignal): Promise<void> {
    this.#running = signal;
    await Promise.all([
      this.#onSchedule(storesEveryMs, () => this.#stores(signal), signal),
      this.#onSchedule(everyMs, () => this.#copy(signal), signal),
    ]);
  }

  async #onSchedule(everyMs: number, compare: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.world.timers.sleep(everyMs, signal).catch(() => undefined);
      if (!signal.aborted) await compare().catch((error: unknown) => rethrowUnless(signal.aborted, error));
    }
  }

  #stores(signal: AbortSignal): Promise<Comparison> {
    return this.#turn('view', () => compareWithView(this.#deps.shown, signal), signal);
  }

  async #copy(signal: AbortSignal): Promise<Comparison | undefined> {
    const deps = this.#deps.copy();
    return deps && this.#turn('authority', () => compareWithAuthority(deps, signal), signal);
  }

  #turn(what: Comparison['with'], compare: () => Promise<Comparison>, signal: AbortSignal): Promise<Comparison> {
    return this.#turns.run(async () => {
      const comparison = await compare().catch((error: unknown) => {
        if (signal.aborted || !isExpected(error)) throw error;
        return notCompared(what, error.message);
      });
      this.#tell(comparison);
      return comparison;
    });
  }

  #tell(comparison: Comparison): void {
    if (comparison.problem !== undefined) return;
    const left = comparison.differing - comparison.repaired;
    if (left === 0) this.#troubles.delete(comparison.with);
    else this.#troubles.set(comparison.with, `${left} records differ from the ${comparison.with}: ${comparison.differences.find(({ repaired }) => !repaired)?.problem ?? ''}`);
    this.#deps.events.compared(comparison);
  }
}

function isExpected(error: unknown): error is Error {
  return error instanceof LogError || error instanceof ViewError || error instanceof Refusal || error instanceof CallEnded || error instanceof DeadlineExceeded;
}

function rethrowUnless(ended: boolean, error: unknown): void {
  if (!ended) throw error;
}

/** Rejects with the signal's reason when it aborts first. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
