import { status } from '@grpc/grpc-js';
import { CallEnded } from '../lifecycle/ended.ts';
import { Places } from '../overload/places.ts';
import type { ServedCall } from './call.ts';
import { opaque, ownStatus, type RpcStatus, sendable, type ToStatus } from './status.ts';

/** A finished call, for counters. `method` is `/package.Service/Method`. */
export interface FinishedCall {
  readonly method: string;
  readonly code: status;
  readonly durationMs: number;
}

export interface FailedCall {
  readonly method: string;
  readonly requestId: string;
}

export type OnError = (error: unknown, call: FailedCall) => void;

export interface CallsOptions {
  readonly toStatus?: ToStatus | undefined;
  /** Hears of errors whose status is `INTERNAL`: those the caller learns nothing of. */
  readonly onError?: OnError | undefined;
  /** Hears of every finished call. Costs two clock reads per call. */
  readonly observe?: ((call: FinishedCall) => void) | undefined;
  /** Unary calls and streams in hand at once. Further ones end with `RESOURCE_EXHAUSTED` and `grpc-retry-pushback-ms` before their handler sees them. Default 16,384 and 65,536. */
  readonly maxCalls?: number;
  readonly maxStreams?: number;
  /** How long the reader of a stream may take nothing of what was sent to it before the stream ends with `RESOURCE_EXHAUSTED`. Default 30 s. */
  readonly slowReaderMs?: number;
}

const MAX_CALLS = 16_384;
const MAX_STREAMS = 65_536;
const SLOW_READER_MS = 30_000;

/** The calls one server has in hand. Each server has its own, so that stopping one never touches another. */
export class Calls {
  readonly unary: Places;
  readonly streams: Places;
  readonly slowReaderMs: number;
  readonly #options: CallsOptions;
  readonly #streams = new Set<(reason: RpcStatus) => void>();
  readonly #signalled = new Set<ServedCall<unknown>>();
  #running = 0;
  #whenIdle: (() => void) | undefined;
  #stopping = false;

  constructor(options: CallsOptions) {
    this.#options = options;
    this.unary = new Places({ name: 'rpc_calls', limit: options.maxCalls ?? MAX_CALLS });
    this.streams = new Places({ name: 'rpc_streams', limit: options.maxStreams ?? MAX_STREAMS });
    this.slowReaderMs = options.slowReaderMs ?? SLOW_READER_MS;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** Milliseconds to hand to `finished`; 0 when nobody observes. */
  started(): number {
    return this.#options.observe === undefined ? 0 : performance.now();
  }

  enter(): void {
    this.#running += 1;
  }

  leave(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#whenIdle?.();
  }

  /** Remembers a call whose signal must be aborted by force if it outlives the grace. */
  readonly signalled = (call: ServedCall<unknown>): void => {
    this.#signalled.add(call);
  };

  finished(call: ServedCall<unknown>, code: status, startedAt: number): void {
    call.end();
    if (this.#signalled.size > 0) this.#signalled.delete(call);
    if (this.#options.observe === undefined) return;
    try {
      this.#options.observe({ method: call.method, code, durationMs: performance.now() - startedAt });
    } catch {
      // A counter must not fail a call.
    }
  }

  statusOf(error: unknown, call: ServedCall<unknown>, toStatus: ToStatus | undefined, onError: OnError | undefined): RpcStatus {
    if (error instanceof CallEnded) return endedStatus(error);
    const mapped = sendable((toStatus ?? this.#options.toStatus ?? opaque)(error));
    if (mapped.code === status.INTERNAL) this.report(error, { method: call.method, requestId: call.requestId }, onError);
    return mapped;
  }

  report(error: unknown, about: FailedCall, onError?: OnError): void {
    try {
      (onError ?? this.#options.onError)?.(error, about);
    } catch {
      // A log line must not fail a call.
    }
  }

  /** Keeps the means to end a stream at stop, until disposed of. */
  stream(end: (reason: RpcStatus) => void): Disposable {
    this.#streams.add(end);
    return { [Symbol.dispose]: () => void this.#streams.delete(end) };
  }

  /** Ends every stream with `UNAVAILABLE`; new ones are refused from here on. */
  endStreams(): void {
    this.#stopping = true;
    for (const end of [...this.#streams]) end(endedStatus(new CallEnded('stopping')));
  }

  abortAll(): void {
    for (const call of [...this.#signalled]) call.abort(new CallEnded('stopping'));
  }

  /** Resolves when no handler is running. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }
}

/** Nothing was done; the trailer is the retry advice of gRPC (A6). */
export function crowdedStatus(): RpcStatus {
  const crowded = ownStatus(status.RESOURCE_EXHAUSTED, 'this server has too much in hand: nothing was done, try again');
  crowded.metadata.set('grpc-retry-pushback-ms', '1000');
  return crowded;
}

export function slowReaderStatus(ms: number): RpcStatus {
  return ownStatus(status.RESOURCE_EXHAUSTED, `too slow: nothing that was sent was taken for ${ms} ms`);
}

export function endedStatus(reason: CallEnded): RpcStatus {
  const codes = { deadline_exceeded: status.DEADLINE_EXCEEDED, cancelled: status.CANCELLED, stopping: status.UNAVAILABLE };
  return ownStatus(codes[reason.code], reason.message);
}
