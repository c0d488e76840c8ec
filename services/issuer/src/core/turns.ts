/**
 * Lets decisions that stand on the whole log run one after the other: side by side each would spoil the others' expectation, and under enough of them
 * none but one in each round would get through.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` after all that were asked for before it have ended, however they ended. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
