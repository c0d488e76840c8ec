import { whenCryptoRests } from './crypto.ts';
import { type Due, DueQueue } from './queue.ts';
import type { Trace } from './trace.ts';

/** Whoever an event happens to: one that has ended hears of nothing more, one that is frozen hears of it when it thaws. */
export interface Owner {
  readonly ended: boolean;
  readonly frozenUntil: number;
}

interface Event extends Due {
  at: number;
  readonly label: string;
  readonly owner: Owner | undefined;
  run: (() => void) | undefined;
}

/**
 * The only clock and the only queue of a simulation. One event is one step; between two steps every promise that can settle has settled. What the engine
 * orders by itself, promise jobs and ticks, depends on nothing but the program.
 */
export class Scheduler {
  readonly trace: Trace;
  readonly #queue = new DueQueue<Event>();
  #now = 0;
  #order = 0;
  #steps = 0;

  constructor(trace: Trace) {
    this.trace = trace;
  }

  /** Milliseconds since the simulation began. */
  get now(): number {
    return this.#now;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Calls once after `ms`, unless disposed of before. */
  after(ms: number, label: string, run: () => void, owner?: Owner): Disposable {
    return this.#put(this.#now + Math.max(0, ms), label, run, owner);
  }

  /** Runs what is due until the moment has come, or `stop` says so after a step. */
  async run(until: number, stop: () => boolean = () => false): Promise<void> {
    for (;;) {
      const event = this.#queue.first();
      if (event === undefined || event.at > until) break;
      this.#queue.pop();
      if (!this.#happens(event)) continue;
      await settled();
      if (stop()) return;
    }
    this.#now = Math.max(this.#now, until);
  }

  /** Whether it was a step. */
  #happens(event: Event): boolean {
    const { run, owner } = event;
    if (run === undefined || owner?.ended === true) return false;
    if (owner !== undefined && owner.frozenUntil > event.at) {
      event.at = owner.frozenUntil;
      this.#queue.push(event);
      return false;
    }
    this.#now = event.at;
    this.#steps += 1;
    this.trace.note(`${event.at.toFixed(3)} ${event.label}`);
    event.run = undefined;
    run();
    return true;
  }

  #put(at: number, label: string, run: () => void, owner: Owner | undefined): Disposable {
    this.#order += 1;
    const event: Event = { at, order: this.#order, label, owner, run };
    this.#queue.push(event);
    return {
      [Symbol.dispose]() {
        event.run = undefined;
      },
    };
  }
}

/** Resolves when no promise job, no tick and no cryptography of the platform is under way. */
async function settled(): Promise<void> {
  await new Promise(setImmediate);
  await whenCryptoRests();
}
