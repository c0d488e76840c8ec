import type { World } from '@mintmark/kit/lifecycle';
import type { Rng } from './rng.ts';
import type { Owner, Scheduler } from './scheduler.ts';

/** Wall-clock time at which every simulation begins: ahead of any machine that runs it, so that nothing of the machine's own time is taken for it. */
export const EPOCH_MS = Date.UTC(2040, 0, 1);

/** What a machine's clocks do. */
export interface ClockState {
  /** How far the wall clock is off: milliseconds. */
  offset: number;
  /** Speed of both clocks; 1 is right. */
  rate: number;
}

/** One machine. It can be frozen; what runs on it is a process. */
export class SimNode {
  readonly name: string;
  readonly region: string;
  readonly clock: ClockState = { offset: 0, rate: 1 };
  frozenUntil = 0;
  /** Absent while nothing runs. Stores have none. */
  process: SimProcess | undefined;

  constructor(name: string, region: string) {
    this.name = name;
    this.region = region;
  }
}

/** One life of a service on a machine: it ends without a word, and what it was told is forgotten with it. */
export class SimProcess implements Owner {
  readonly node: SimNode;
  readonly world: World;
  readonly scheduler: Scheduler;
  readonly rng: Rng;
  /** When it started: milliseconds of simulated time. */
  readonly began: number;
  #ended = false;
  readonly #mourners = new Set<() => void>();
  readonly #loops: AsyncDisposable[] = [];

  constructor(node: SimNode, scheduler: Scheduler, rng: Rng) {
    this.node = node;
    this.scheduler = scheduler;
    this.rng = rng;
    this.began = scheduler.now;
    this.world = worldOf(this, scheduler, rng);
  }

  get ended(): boolean {
    return this.#ended;
  }

  get frozenUntil(): number {
    return this.node.frozenUntil;
  }

  /** Ends it wherever it is: nothing that it waits for comes any more. */
  crash(): void {
    this.#ended = true;
    if (this.node.process === this) this.node.process = undefined;
    for (const mourner of this.#mourners) mourner();
    this.#mourners.clear();
  }

  /** Calls when it crashes, until disposed of. */
  onCrash(call: () => void): Disposable {
    this.#mourners.add(call);
    return { [Symbol.dispose]: () => void this.#mourners.delete(call) };
  }

  /** What it does until it is buried. */
  runs(loop: AsyncDisposable): void {
    this.#loops.push(loop);
  }

  /** When the simulation is over: lets go of everything, so that the platform can. */
  bury(): void {
    this.#ended = true;
    for (const loop of this.#loops.splice(0)) void loop[Symbol.asyncDispose]();
  }

  /** Starts a timer of this process's own clock. */
  timer(ms: number, label: string, call: () => void): Disposable {
    return this.scheduler.after(ms / this.node.clock.rate, `${this.node.name} ${label}`, call, this);
  }
}

function worldOf(process: SimProcess, scheduler: Scheduler, rng: Rng): World {
  const { clock } = process.node;
  const after = (ms: number, call: () => void): Disposable => process.timer(ms, 'timer', call);
  return {
    clock: {
      now: () => EPOCH_MS + scheduler.now * clock.rate + clock.offset,
      monotonic: () => 1_000 + scheduler.now * clock.rate,
    },
    timers: {
      sleep: (ms, signal) => sleep(after, ms, signal),
      after,
      soon: (call) => void after(0, call),
    },
    random: { bytes: (count) => rng.bytes(count), fraction: () => rng.fraction() },
  };
}

function sleep(after: (ms: number, call: () => void) => Disposable, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = (): void => {
      timer[Symbol.dispose]();
      reject(signal?.reason);
    };
    const timer = after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}
