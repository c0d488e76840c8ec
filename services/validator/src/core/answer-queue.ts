/**
 * Answers of one stream in the order in which they are ready. Reading the questions stops while as many answers as the limit are under way or wait
 * to be fetched, so a slow reader holds back its own questions and nothing grows.
 */
export class AnswerQueue<T> implements AsyncIterable<T> {
  readonly #limit: number;
  #ready: T[] = [];
  #underWay = 0;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Answers each question; ends the queue after the last answer, or with the first failure. */
  async fill<Q>(questions: AsyncIterable<Q>, answer: (question: Q) => T | Promise<T>): Promise<void> {
    try {
      for await (const question of questions) {
        this.#take(answer(question));
        while (this.#underWay + this.#ready.length >= this.#limit && this.#failure === undefined) await this.#room();
        if (this.#failure !== undefined) return;
      }
      this.#ended = true;
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#wakeReader?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const batch = this.#ready;
      this.#ready = [];
      yield* batch;
      this.#wakeWriter?.();
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#ready.length > 0) continue;
      if (this.#ended && this.#underWay === 0) return;
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
  }

  #take(answer: T | Promise<T>): void {
    if (!(answer instanceof Promise)) {
      this.#ready.push(answer);
      this.#wakeReader?.();
      return;
    }
    this.#underWay += 1;
    answer
      .then(
        (value) => this.#ready.push(value),
        (error) => {
          this.#failure ??= { error };
        },
      )
      .finally(() => {
        this.#underWay -= 1;
        this.#wakeReader?.();
        this.#wakeWriter?.();
      });
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeWriter = resolve;
    });
  }
}
