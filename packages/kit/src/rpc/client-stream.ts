import { type CallOptions, type Client, type ClientDuplexStream, type ClientReadableStream, Metadata } from '@grpc/grpc-js';
import { deadlineOf, type OutgoingOptions } from './client.ts';
import { StreamReader } from './reader.ts';

type ServerStreaming<Request, Response> = (request: Request, metadata?: Metadata, options?: Partial<CallOptions>) => ClientReadableStream<Response>;
type Bidi<Request, Response> = (metadata: Metadata, options?: Partial<CallOptions>) => ClientDuplexStream<Request, Response>;

type MethodsLike<C, F> = { [K in keyof C]: C[K] extends F ? K : never }[Exclude<keyof C, keyof Client>] & string;
/** Names of a client's server-streaming and bidirectional methods. */
export type ServerStreamMethods<C> = MethodsLike<C, ServerStreaming<never, unknown>>;
export type BidiMethods<C> = MethodsLike<C, (metadata: Metadata, options?: Partial<CallOptions>) => ClientDuplexStream<never, unknown>>;
type ServerStreamTypes<F> = F extends ServerStreaming<infer Request, infer Response> ? { request: Request; response: Response } : never;
type BidiTypes<F> = F extends Bidi<infer Request, infer Response> ? { request: Request; response: Response } : never;

/** Messages of the peer, once, at the reader's pace. Leaving the loop cancels the call. */
export type Incoming<Response> = AsyncIterableIterator<Response, undefined> & AsyncDisposable;

export interface BidiCall<Request, Response> extends Disposable {
  readonly responses: Incoming<Response>;
  /** Resolves when the transport has room for more. Does nothing once the call is over: the reason comes out of `responses`. */
  send(message: Request): Promise<void>;
  /** Says that no more will be sent. */
  end(): void;
  /** Cancels the call at once, as disposing of it does; `responses` then throws the reason. */
  cancel(reason: unknown): void;
}

/** Opens a server stream, at once. The iteration throws grpc-js' `ServiceError`, or the signal's reason. Without a deadline it lasts until either side ends it. */
export function openServerStream<C extends Client, M extends ServerStreamMethods<C>>(
  client: C,
  method: M,
  request: ServerStreamTypes<C[M]>['request'],
  options: OutgoingOptions,
): Incoming<ServerStreamTypes<C[M]>['response']> {
  const invoke = (client[method] as (...args: unknown[]) => ClientReadableStream<ServerStreamTypes<C[M]>['response']>).bind(client);
  return incoming(invoke(request, options.metadata ?? new Metadata(), callOptions(options)), options.signal);
}

/** Opens a stream both ways at once. */
export function openBidiStream<C extends Client, M extends BidiMethods<C>>(
  client: C,
  method: M,
  options: OutgoingOptions,
): BidiCall<BidiTypes<C[M]>['request'], BidiTypes<C[M]>['response']> {
  type Request = BidiTypes<C[M]>['request'];
  type Response = BidiTypes<C[M]>['response'];
  const invoke = (client[method] as (...args: unknown[]) => ClientDuplexStream<Request, Response>).bind(client);
  const call = invoke(options.metadata ?? new Metadata(), callOptions(options));
  const cancelled = new AbortController();
  const signal = options.signal === undefined ? cancelled.signal : AbortSignal.any([cancelled.signal, options.signal]);
  const cancel = (reason: unknown): void => cancelled.abort(reason);
  return {
    responses: incoming(call, signal),
    send: (message) => send(call, message),
    end: () => void call.end(),
    cancel,
    [Symbol.dispose]: () => cancel(new Error('the stream was disposed of')),
  };
}

function callOptions(options: OutgoingOptions): Partial<CallOptions> {
  const deadline = deadlineOf(options, Number.POSITIVE_INFINITY);
  return deadline === Number.POSITIVE_INFINITY ? {} : { deadline };
}

function incoming<Response>(call: ClientReadableStream<Response> | ClientDuplexStream<never, Response>, signal: AbortSignal | undefined): Incoming<Response> {
  const reader = new StreamReader<Response>(call, () => (signal?.aborted ? signal.reason : undefined));
  const abort = (): void => call.cancel();
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  call.once('status', () => signal?.removeEventListener('abort', abort));
  const leave = (): Promise<IteratorResult<Response, undefined>> => {
    call.cancel();
    return reader.return();
  };
  return {
    next: () => reader.next(),
    return: leave,
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await leave();
    },
  };
}

function send<Request>(call: ClientDuplexStream<Request, unknown>, message: Request): Promise<void> {
  if (!call.writable || call.write(message)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done);
      call.off('status', done);
      resolve();
    };
    call.once('drain', done);
    call.once('status', done);
  });
}
