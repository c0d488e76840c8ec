/**
 * Lets a region catch up with the authority for whoever finds less than was expected, at most once at a time: those who come while one is under way wait
 * for the next, which covers all that was written before they came. However many ask, the authority is asked one question after the other.
 */
export class CatchUp {
  readonly #run: () => Promise<void>;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  /** `run` ends within a bound of its own, and without an error where it fails: the region then answers from what it has. */
  constructor(run: () => Promise<void>) {
    this.#run = run;
  }

  once(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#run();
    });
    this.#running = this.#next;
    return this.#next;
  }
}
