import { LogError } from '../log.ts';
import { type Store, Undone } from './store.ts';

/** One write that waits for its turn. */
interface Job {
  /** Decides and writes within the transaction. Keeps its outcome for `settle`. */
  run(): void;
  settle(): void;
  reject(error: unknown): void;
}

/** Most writes of one transaction, so that the event loop is not held for long. */
const GROUP = 1_024;
/** Writes that may wait; a disk that stands still takes none of them. */
const MAX_WAITING = 16_384;

/**
 * Writes one after the other, many to a transaction.
 *
 * W1  Each write is decided on the state that those before it leave, inside the transaction.
 * W2  Whatever asks while a commit is under way goes into the next one: the cost of a flush is shared by all that wait for it.
 * W3  A write is answered after its transaction is on the disk, and in the order of the writes.
 */
export class Writer {
  readonly #store: Store;
  readonly #written: () => void;
  #queue: Job[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  /** `written` is called after each commit. */
  constructor(store: Store, written: () => void) {
    this.#store = store;
    this.#written = written;
  }

  /**
   * Runs `write` in its turn and resolves with what it returns, once that is on the disk. A `LogError` that it throws, which it must do
   * before it writes anything, is thrown on and touches nobody else. When the signal aborts, a write that waits is dropped, and the outcome of one under
   * way stays open.
   */
  run<T>(write: () => T, signal: AbortSignal | undefined): Promise<T> {
    if (this.#queue.length >= MAX_WAITING) return Promise.reject(new LogError('unavailable', `${MAX_WAITING} writes wait for the disk already`));
    return new Promise((resolve, reject) => {
      let settle = (): void => undefined;
      const abort = (): void => {
        this.#queue = this.#queue.filter((waiting) => waiting !== job);
        reject(signal?.reason);
      };
      const leave = (): void => signal?.removeEventListener('abort', abort);
      const job: Job = {
        run() {
          const outcome = attempt(write);
          settle = 'value' in outcome ? () => resolve(outcome.value) : () => reject(outcome.refusal);
        },
        settle() {
          leave();
          settle();
        },
        reject(error) {
          leave();
          reject(error);
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#queue.push(job);
      this.#running ??= this.#drain();
    });
  }

  /** Refuses with `closed` what waits, and resolves once nothing is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #drain(): Promise<void> {
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const group = this.#queue.splice(0, GROUP);
      if (this.#closed) for (const job of group) job.reject(new LogError('closed', 'the log is closed'));
      else await this.#commit(group);
    }
    this.#running = undefined;
  }

  async #commit(group: readonly Job[]): Promise<void> {
    try {
      await this.#store.commit(() => {
        for (const job of group) job.run();
      });
    } catch (error) {
      const refusal = failure(error);
      for (const job of group) job.reject(refusal);
      return;
    }
    for (const job of group) job.settle();
    this.#written();
  }
}

function attempt<T>(write: () => T): { readonly value: T } | { readonly refusal: LogError } {
  try {
    return { value: write() };
  } catch (error) {
    if (error instanceof LogError) return { refusal: error };
    throw error;
  }
}

function failure(error: unknown): LogError {
  if (error instanceof Undone) return new LogError('unavailable', 'the log could not be written', { cause: error.cause });
  return new LogError('outcome_unknown', 'the disk did not confirm the write', { cause: error });
}
