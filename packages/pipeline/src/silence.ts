import type { IncomingMessage } from 'node:http';
import type { Timers } from '@mintmark/kit/lifecycle';

/** Nothing came for the whole bound from the side whose turn it was. */
export class Silent extends Error {
  readonly whose: 'api' | 'job';

  constructor(whose: 'api' | 'job') {
    super(`nothing came from the ${whose}`);
    this.name = 'Silent';
    this.whose = whose;
  }
}

/**
 * Aborts its signal with `Silent` once one side has moved nothing for `ms`, or when `parent` aborts. The job's turn is while the next piece of its body is awaited,
 * the API's all other time: a long upload may last as long as it moves. Dispose of it once the answer has begun.
 */
export class Silence implements Disposable {
  readonly #timers: Timers;
  readonly #ms: number;
  readonly #parent: AbortSignal;
  readonly #controller = new AbortController();
  readonly #follow = (): void => this.#controller.abort(this.#parent.reason);
  #timer: Disposable | undefined;
  #over = false;

  constructor(timers: Timers, ms: number, parent: AbortSignal) {
    this.#timers = timers;
    this.#ms = ms;
    this.#parent = parent;
    if (parent.aborted) this.#follow();
    else parent.addEventListener('abort', this.#follow, { once: true });
    this.#turn('api');
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The job's body, piece by piece as the API takes it. Giving up on it leaves the job's connection open for the answer. */
  async *watched(request: IncomingMessage): AsyncGenerator<Buffer> {
    this.#turn('job');
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      this.#turn('api');
      yield piece as Buffer;
      this.#turn('job');
    }
    this.#turn('api');
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.#timer?.[Symbol.dispose]();
    this.#parent.removeEventListener('abort', this.#follow);
  }

  #turn(whose: 'api' | 'job'): void {
    this.#timer?.[Symbol.dispose]();
    if (!this.#over) this.#timer = this.#timers.after(this.#ms, () => this.#controller.abort(new Silent(whose)));
  }
}
