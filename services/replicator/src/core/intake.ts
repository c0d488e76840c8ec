import { type Entry, keyText, laterOf, NO_REVISION, type Revision } from '@mintmark/domain';
import { inParallel } from '@mintmark/kit/lifecycle';
import type { SetAside, TailBatch } from '@mintmark/log';
import type { ReplicatorEvents, SetAsideBecause } from '../events.ts';
import { newestPerKey, take, type TakeDeps, Unacceptable, type Word } from './take.ts';

/** Keys that are taken side by side. */
const WINDOW = 64;

/** Takes what the authority says into the region's log, and sets aside what the region cannot hold, or may not believe (P10, P12). */
export class Intake {
  readonly #taking: TakeDeps;
  readonly #events: ReplicatorEvents;
  #setAside = 0;
  #refused = 0;

  constructor(taking: TakeDeps, events: ReplicatorEvents) {
    this.#taking = taking;
    this.#events = events;
  }

  get setAside(): number {
    return this.#setAside;
  }

  /** Of those that were set aside: what nobody may believe. */
  get refused(): number {
    return this.#refused;
  }

  /** Takes a batch; returns the local revision at or below which all of it stands, 0 where nothing had to be written. Safe to repeat. */
  async take(batch: TailBatch, word: Word, signal: AbortSignal): Promise<Revision> {
    for (const aside of batch.setAside) this.#leaveOut({ why: 'unreadable', ...aside });
    let local = NO_REVISION;
    await inParallel(newestPerKey(batch.entries), WINDOW, async (states) => {
      const taken = await this.#newestOf(states, word, signal);
      local = laterOf(local, taken);
    });
    return local;
  }

  /** The newest of a key's states that the region can hold. */
  async #newestOf(states: readonly Entry[], word: Word, signal: AbortSignal): Promise<Revision> {
    for (const entry of states) {
      try {
        return await take(this.#taking, entry, word, signal);
      } catch (error) {
        if (!(error instanceof Unacceptable)) throw error;
        this.#leaveOut({ why: error.why, revision: entry.revision, key: keyText(entry.record), problem: error.message });
      }
    }
    return NO_REVISION;
  }

  #leaveOut(aside: SetAside & { readonly why: SetAsideBecause }): void {
    this.#setAside += 1;
    if (aside.why === 'refused') this.#refused += 1;
    this.#events.setAside({ source: 'authority', ...aside });
  }
}
