import type { ConnectionOptions } from 'node:tls';
import type { RedisOptions } from 'ioredis';

/** Where a region's Redis (7.0 or newer) is, and who asks. Readers must ask the very server that the replicator writes, not a replica. */
export type RedisEndpoint =
  | {
      /** `redis://` or `rediss://` (TLS), with user, password and database number where needed. */
      readonly url: string;
      /** What else TLS needs, such as an own certificate authority. Only with `rediss://`. */
      readonly tls?: ConnectionOptions;
    }
  | {
      readonly host: string;
      readonly port: number;
      readonly username?: string;
      readonly password?: string;
      /** Default: plain text. `true`: the system's certificate authorities. */
      readonly tls?: boolean | ConnectionOptions;
    };

export type RedisViewReaderOptions = RedisEndpoint & { readonly region: string };

export type RedisViewOptions = RedisViewReaderOptions & {
  /** How many announcements the feed keeps for readers that come late or are slow. Default 65,536. */
  readonly feedLimit?: number;
};

/** Replies in the shapes of RESP2. */
export type DriverOptions = RedisOptions & { readonly replyMapping: 'legacy' };

const CONNECT_MS = 2_000;
const SLOWEST_RETRY_MS = 250;
const LOADING_RETRY_MS = 200;

/**
 * The driver's options. A command is sent once on a connection that is up, or refused: a command sent again after a reconnect
 * might reach another, emptied server. `silenceMs`: a connection that owes an answer for so long is given up.
 */
export function driverOptions(endpoint: RedisEndpoint, silenceMs: number): DriverOptions {
  return {
    ...address(endpoint),
    lazyConnect: true,
    protocol: 2,
    replyMapping: 'legacy',
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableReadyCheck: true,
    maxLoadingRetryTime: LOADING_RETRY_MS,
    disableClientInfo: true,
    connectTimeout: CONNECT_MS,
    socketTimeout: silenceMs,
    retryStrategy: (attempt) => Math.min(25 * 2 ** Math.min(attempt, 8), SLOWEST_RETRY_MS),
  };
}

function address(endpoint: RedisEndpoint): RedisOptions {
  if ('url' in endpoint) return fromUrl(endpoint.url, endpoint.tls);
  const { host, port, username, password, tls = false } = endpoint;
  return {
    host,
    port,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === false ? {} : { tls: tls === true ? {} : tls }),
  };
}

function fromUrl(text: string, tls: ConnectionOptions | undefined): RedisOptions {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const database = /^\/?(\d{0,5})$/.exec(url?.pathname ?? ' ')?.[1];
  if (url === undefined || database === undefined || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    // The text may hold a password.
    throw new RangeError('url: expected redis://[user:password@]host[:port][/database] or rediss://...');
  }
  const secure = url.protocol === 'rediss:';
  if (tls !== undefined && !secure) throw new RangeError('tls: expected only with a url that starts with rediss://');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(database === '' ? {} : { db: Number(database) }),
    ...(secure ? { tls: tls ?? {} } : {}),
  };
}
