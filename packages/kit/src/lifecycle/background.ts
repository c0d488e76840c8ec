import type { World } from './world.ts';

export interface Backoff {
  /** Wait after the first failure; doubles with each further one. */
  readonly minMs: number;
  /** No wait is longer. A run that has lasted this long starts the count again. */
  readonly maxMs: number;
}

export interface BackgroundOptions {
  readonly world: World;
  readonly backoff?: Backoff;
  /** Hears of every end that was not asked for; `error` is `undefined` where the run just returned. Must not throw. */
  readonly onFailure: (failure: { readonly name: string; readonly error: unknown; readonly retryInMs: number }) => void;
}

/** A running loop. Disposing of it aborts its signal and waits until it has let go. */
export interface Background extends AsyncDisposable {
  readonly name: string;
  /** Ends since the last run that lasted; 0 while all is well. */
  readonly failures: number;
}

const DEFAULT_BACKOFF: Backoff = { minMs: 100, maxMs: 5_000 };

/**
 * Keeps a loop running until disposed of. A loop has no end of its own: whether it throws or returns, it is started again after a
 * jittered, growing wait (half to all of it). The first run starts at once.
 */
export function background(name: string, run: (signal: AbortSignal) => Promise<void>, options: BackgroundOptions): Background {
  const stop = new AbortController();
  const loop = new Loop(name, run, options, stop.signal);
  const finished = loop.keepRunning();
  return {
    name,
    get failures() {
      return loop.failures;
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error(`${name} is stopping`));
      await finished;
    },
  };
}

class Loop {
  failures = 0;
  readonly #name: string;
  readonly #run: (signal: AbortSignal) => Promise<void>;
  readonly #options: BackgroundOptions;
  readonly #signal: AbortSignal;

  constructor(name: string, run: (signal: AbortSignal) => Promise<void>, options: BackgroundOptions, signal: AbortSignal) {
    this.#name = name;
    this.#run = run;
    this.#options = options;
    this.#signal = signal;
  }

  async keepRunning(): Promise<void> {
    const { world, onFailure, backoff = DEFAULT_BACKOFF } = this.#options;
    while (!this.#signal.aborted) {
      const startedAt = world.clock.monotonic();
      const error = await this.#once();
      if (this.#signal.aborted) return;
      if (world.clock.monotonic() - startedAt >= backoff.maxMs) this.failures = 0;
      this.failures += 1;
      const ceiling = Math.min(backoff.maxMs, backoff.minMs * 2 ** Math.min(this.failures - 1, 30));
      const retryInMs = ceiling * (0.5 + world.random.fraction() / 2);
      onFailure({ name: this.#name, error, retryInMs });
      await world.timers.sleep(retryInMs, this.#signal).catch(() => undefined);
    }
  }

  /** What ended the run; `undefined` for a return. */
  async #once(): Promise<unknown> {
    try {
      await this.#run(this.#signal);
      return undefined;
    } catch (error) {
      return error ?? new Error('failed without a reason');
    }
  }
}

/** The loops of one service, stopped together. */
export class Supervisor implements AsyncDisposable {
  readonly #options: BackgroundOptions;
  readonly #loops: Background[] = [];

  constructor(options: BackgroundOptions) {
    this.#options = options;
  }

  start(name: string, run: (signal: AbortSignal) => Promise<void>, overrides: Partial<Omit<BackgroundOptions, 'world'>> = {}): Background {
    const loop = background(name, run, { ...this.#options, ...overrides });
    this.#loops.push(loop);
    return loop;
  }

  get loops(): readonly Background[] {
    return this.#loops;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#loops.splice(0).map((loop) => loop[Symbol.asyncDispose]()));
  }
}
