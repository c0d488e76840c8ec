import { type handleBidiStreamingCall, type handleServerStreamingCall, type ServerDuplexStream, type ServerWritableStream, status } from '@grpc/grpc-js';
import { CallEnded } from '../lifecycle/ended.ts';
import { type CallContext, type RpcCall, ServedCall } from './call.ts';
import { type Calls, crowdedStatus, endedStatus, slowReaderStatus } from './calls.ts';
import { bindable, type MethodOptions, NO_DEADLINE, UNDECODABLE, undecodableStatus } from './method.ts';
import { StreamReader } from './reader.ts';
import type { RpcStatus } from './status.ts';

export interface StreamOptions extends Omit<MethodOptions, 'defaultDeadlineMs'> {
  /** Whether a call must bring a deadline. Default `false`: a watch lasts as long as its reader. */
  readonly deadlineRequired?: boolean;
}

type Out = ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>;

/**
 * A server stream: what the handler yields is sent, at the reader's pace. A reader that takes nothing for the server's `slowReaderMs` loses the stream. The stream ends with the handler; when the server stops it ends
 * with `UNAVAILABLE` and the handler's signal is aborted. A handler that waits must heed its signal.
 */
export function serverStream<Request, Response>(
  options: StreamOptions,
  handle: (call: RpcCall<Request>) => AsyncIterable<Response>,
): handleServerStreamingCall<Request, Response> {
  return bindable((calls) => (raw: ServerWritableStream<Request, Response>) => {
    const stream = new StreamAnswer(calls, options, raw, new ServedCall<Request>(raw, raw.request, calls.signalled));
    if ((raw.request as unknown) === UNDECODABLE) return stream.close(undecodableStatus(raw.getPath()));
    stream.take(handle);
  });
}

/**
 * A stream both ways. `requests` ends when the caller has sent its last, throws the signal's reason when the call is over, and can be left early.
 * Reading waits for the handler: nothing is buffered beyond the transport's window.
 */
export function bidiStream<Request, Response>(
  options: StreamOptions,
  handle: (call: CallContext, requests: AsyncIterable<Request>) => AsyncIterable<Response>,
): handleBidiStreamingCall<Request, Response> {
  return bindable((calls) => (raw: ServerDuplexStream<Request, Response>) => {
    const call = new ServedCall<undefined>(raw, undefined, calls.signalled);
    new StreamAnswer(calls, options, raw, call).take((context) => handle(context, requestsOf<Request>(raw, call)));
  });
}

async function* requestsOf<Request>(raw: ServerDuplexStream<Request, unknown>, call: ServedCall<undefined>): AsyncGenerator<Request, void, void> {
  for await (const message of new StreamReader<Request>(raw, () => (call.signal.aborted ? call.signal.reason : undefined))) {
    if ((message as unknown) === UNDECODABLE) throw new UndecodableMessage();
    yield message;
  }
  // A caller who cancels looks for a moment like one who has sent his last message.
  await new Promise((resolve) => setImmediate(resolve));
  call.signal.throwIfAborted();
}

class UndecodableMessage extends Error {}

/** Sends what one handler yields and ends the stream exactly once. */
class StreamAnswer<Request> {
  readonly #calls: Calls;
  readonly #options: StreamOptions;
  readonly #raw: Out;
  readonly #call: ServedCall<Request>;
  readonly #startedAt: number;

  constructor(calls: Calls, options: StreamOptions, raw: Out, call: ServedCall<Request>) {
    this.#calls = calls;
    this.#options = options;
    this.#raw = raw;
    this.#call = call;
    this.#startedAt = calls.started();
  }

  take(handle: (call: ServedCall<Request>) => AsyncIterable<unknown>): void {
    if (this.#calls.stopping) return this.close(endedStatus(new CallEnded('stopping')));
    if (this.#options.deadlineRequired === true && this.#call.deadline === Number.POSITIVE_INFINITY) return this.close(NO_DEADLINE);
    const place = this.#calls.streams.take();
    if (typeof place === 'string') return this.close(crowdedStatus());
    this.#calls.enter();
    const left = (): void => {
      place[Symbol.dispose]();
      this.#calls.leave();
    };
    this.#run(handle).then(
      left,
      (error) => {
        left();
        this.#calls.report(error, { method: this.#call.method, requestId: this.#call.requestId });
      },
    );
  }

  /** Ends the stream for the caller, with `OK` or a failure. What was written before arrives first. */
  close(reason: RpcStatus | undefined): void {
    if (this.#call.ended) return;
    this.#calls.finished(this.#call, reason?.code ?? status.OK, this.#startedAt);
    if (reason === undefined) this.#raw.end();
    else this.#raw.emit('error', reason);
  }

  async #run(handle: (call: ServedCall<Request>) => AsyncIterable<unknown>): Promise<void> {
    const { signal } = this.#call;
    using _ended = this.#calls.stream((reason) => {
      this.#call.abort(new CallEnded('stopping'));
      this.close(reason);
    });
    try {
      for await (const message of handle(this.#call)) {
        if (this.#call.ended || signal.aborted) break;
        if (!this.#raw.write(message)) await this.#drained(signal);
      }
      this.close(signal.aborted ? endedStatus(signal.reason) : undefined);
    } catch (error) {
      if (this.#call.ended) return;
      this.close(
        error instanceof UndecodableMessage
          ? undecodableStatus(this.#call.method)
          : this.#calls.statusOf(error, this.#call, this.#options.toStatus, this.#options.onError),
      );
    }
  }

  #drained(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#raw.off('drain', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(() => this.#cut(), this.#calls.slowReaderMs).unref();
      this.#raw.once('drain', done);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    });
  }

  /** Says why to a reader that takes what it was sent after all, and lets go of everything else. */
  #cut(): void {
    this.#calls.streams.count('slow');
    this.close(slowReaderStatus(this.#calls.slowReaderMs));
    this.#call.abort(new CallEnded('cancelled'));
  }
}
