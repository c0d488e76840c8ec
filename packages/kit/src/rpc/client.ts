import { type CallOptions, type ChannelCredentials, type Client, type ClientOptions, type ClientUnaryCall, Metadata, type ServiceError } from '@grpc/grpc-js';
import { isRequestId } from '../telemetry/request-id.ts';
import { CREDENTIAL_KEY, REQUEST_ID_KEY } from './call.ts';

export interface ClientSettings {
  /** Default 4 MiB: an answer may be larger than a request. */
  readonly maxMessageBytes?: number;
  /** How long a peer may leave a ping unanswered while calls are open. Default 5 s, asked for every 10 s. */
  readonly keepaliveMs?: number;
  readonly keepaliveTimeoutMs?: number;
}

/**
 * A client with its own connection: keep-alive, quick reconnects (100 ms to 1 s), no look-ups besides the address, no proxy from the environment.
 * `address` is `host:port`. Close it with `client.close()`.
 */
export function createClient<C extends Client>(
  Constructor: new (address: string, credentials: ChannelCredentials, options?: Partial<ClientOptions>) => C,
  address: string,
  credentials: ChannelCredentials,
  settings: ClientSettings = {},
): C {
  return new Constructor(address, credentials, {
    'grpc.max_receive_message_length': settings.maxMessageBytes ?? 4 << 20,
    'grpc.keepalive_time_ms': settings.keepaliveMs ?? 10_000,
    'grpc.keepalive_timeout_ms': settings.keepaliveTimeoutMs ?? 5_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1_000,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_http_proxy': 0,
    'grpc.enable_channelz': 0,
  });
}

export class MetadataError extends Error {
  override readonly name = 'MetadataError';
  readonly code = 'illegal_metadata';
}

/** Metadata of a call on somebody's behalf. A credential that no header can carry is a `MetadataError` that does not repeat it. */
export function callMetadata(values: { readonly credential?: string | undefined; readonly requestId?: string | undefined }): Metadata {
  const metadata = new Metadata();
  if (values.credential !== undefined) {
    if (!/^[\x20-\x7e]*$/.test(values.credential)) throw new MetadataError('the credential has characters other than printable ASCII');
    metadata.set(CREDENTIAL_KEY, values.credential);
  }
  if (values.requestId !== undefined) {
    if (!isRequestId(values.requestId)) throw new MetadataError('the request id is not 1 to 64 of A-Z a-z 0-9 . _ -');
    metadata.set(REQUEST_ID_KEY, values.requestId);
  }
  return metadata;
}

export interface OutgoingOptions {
  /** Cancels the call; the call then fails with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from now. For unary calls 10 s where neither deadline is given. */
  readonly deadlineMs?: number | undefined;
  /** Milliseconds since the epoch, such as `RpcCall.deadline`. The earlier of the two counts. */
  readonly deadline?: number | undefined;
  readonly metadata?: Metadata | undefined;
}

export const DEFAULT_DEADLINE_MS = 10_000;

export function deadlineOf(options: OutgoingOptions, otherwiseMs: number): number {
  const relative = options.deadlineMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + options.deadlineMs;
  const earliest = Math.min(relative, options.deadline ?? Number.POSITIVE_INFINITY);
  return earliest === Number.POSITIVE_INFINITY ? Date.now() + otherwiseMs : earliest;
}

type Unary = (request: never, metadata: Metadata, options: Partial<CallOptions>, callback: never) => ClientUnaryCall;

/** Names of a client's unary methods. */
export type UnaryMethods<C> = { [K in keyof C]: C[K] extends Unary ? K : never }[Exclude<keyof C, keyof Client>] & string;
type Types<M> = M extends (
  request: infer Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: infer Response) => void,
) => ClientUnaryCall
  ? { request: Request; response: Response }
  : never;
export type UnaryRequest<C, M extends keyof C> = Types<C[M]>['request'];
export type UnaryResponse<C, M extends keyof C> = Types<C[M]>['response'];

/**
 * Calls a unary method; the deadline goes with the call. Rejects with grpc-js' `ServiceError` (code, details, trailers), or with the signal's
 * reason. After a rejection that did not come from the peer the outcome of a write is unknown.
 */
export function callUnary<C extends Client, M extends UnaryMethods<C>>(
  client: C,
  method: M,
  request: UnaryRequest<C, M>,
  options: OutgoingOptions,
): Promise<UnaryResponse<C, M>> {
  const { signal } = options;
  const invoke = (client[method] as (...args: unknown[]) => ClientUnaryCall).bind(client);
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = (): void => {
      reject(signal?.reason);
      call.cancel();
    };
    const call = invoke(
      request,
      options.metadata ?? new Metadata(),
      { deadline: deadlineOf(options, DEFAULT_DEADLINE_MS) },
      (error: ServiceError | null, response: UnaryResponse<C, M>) => {
        signal?.removeEventListener('abort', abort);
        if (error === null) resolve(response);
        else reject(error);
      },
    );
    signal?.addEventListener('abort', abort, { once: true });
  });
}
