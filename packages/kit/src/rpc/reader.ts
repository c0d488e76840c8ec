import type { Readable } from 'node:stream';

/**
 * The messages of a grpc-js stream, one reader at a time. It listens from the start, so that a failure before the first `next` is not lost,
 * and hands out what has arrived before it reports the failure. Node's own iterator does neither, and destroys both directions when left.
 */
export class StreamReader<Message> implements AsyncIterableIterator<Message, undefined> {
  readonly #stream: Readable;
  /** What to throw instead of what the stream says, once the call was ended from this side. */
  readonly #reason: () => unknown;
  #over: { readonly error: unknown } | 'end' | undefined;
  #waiting: { resolve(result: IteratorResult<Message, undefined>): void; reject(error: unknown): void } | undefined;

  constructor(stream: Readable, reason: () => unknown) {
    this.#stream = stream;
    this.#reason = reason;
    stream.on('readable', this.#wake);
    stream.once('end', () => this.#end('end'));
    stream.on('error', (error) => this.#end({ error }));
    stream.once('close', () => this.#end({ error: new Error('the stream was closed before its end') }));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Message, undefined>> {
    const message: Message | null = this.#stream.read();
    if (message !== null) return Promise.resolve({ value: message, done: false });
    if (this.#over === 'end') return Promise.resolve({ value: undefined, done: true });
    if (this.#over !== undefined) return Promise.reject(this.#reason() ?? this.#over.error);
    if (this.#waiting !== undefined) return Promise.reject(new Error('one reader at a time'));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Stops listening; ends a waiting `next`. Leaves the stream itself alone. */
  return(): Promise<IteratorResult<Message, undefined>> {
    this.#stream.off('readable', this.#wake);
    this.#end('end');
    return Promise.resolve({ value: undefined, done: true });
  }

  #wake = (): void => {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const message: Message | null = this.#stream.read();
    if (message === null) return;
    this.#waiting = undefined;
    waiting.resolve({ value: message, done: false });
  };

  #end(how: { readonly error: unknown } | 'end'): void {
    if (this.#over !== undefined) return;
    this.#over = how;
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    if (how === 'end') waiting.resolve({ value: undefined, done: true });
    else waiting.reject(this.#reason() ?? how.error);
  }
}
