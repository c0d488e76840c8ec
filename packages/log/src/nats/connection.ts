import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';
import { LogError } from '../log.ts';
import { unavailable } from './failures.ts';
import type { NatsConnectionOptions } from './options.ts';

const RECONNECT_MS = 100;
const PING_MS = 1_000;

/** A connection that comes back by itself, and who wants to know of it. */
export interface LogConnection {
  readonly nc: NatsConnection;
  /** The only prefix under which this user may subscribe. */
  readonly inboxPrefix: string;
  /** Whether there is a server at the other end now. */
  readonly connected: boolean;
  /** Calls at each reconnect, until disposed of. */
  onReconnect(call: () => void): Disposable;
  /** Resolves when connected; rejects with `unavailable` after `ms`, or with the signal's reason. */
  ready(ms: number, signal: AbortSignal | undefined): Promise<void>;
  close(): Promise<void>;
}

/** Connects; throws `LogError` `unavailable` when no server answers. */
export async function openConnection(options: NatsConnectionOptions, name: string): Promise<LogConnection> {
  const settings: ConnectionOptions = {
    servers: [...options.servers],
    name,
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.pass === undefined ? {} : { pass: options.pass }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    ...(options.inboxPrefix === undefined ? {} : { inboxPrefix: options.inboxPrefix }),
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    reconnectJitter: RECONNECT_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
    timeout: 5_000,
    ignoreClusterUpdates: true,
  };
  const nc = await connect(settings).catch((error) => {
    throw unavailable(`no connection to ${options.servers.join(', ')}`, error);
  });
  return new Connection(nc, options.inboxPrefix ?? '_INBOX');
}

class Connection implements LogConnection {
  readonly nc: NatsConnection;
  readonly inboxPrefix: string;
  connected = true;
  readonly #reconnected = new Set<() => void>();

  constructor(nc: NatsConnection, inboxPrefix: string) {
    this.nc = nc;
    this.inboxPrefix = inboxPrefix;
    void this.#follow();
  }

  onReconnect(call: () => void): Disposable {
    const own = (): void => call();
    this.#reconnected.add(own);
    return { [Symbol.dispose]: () => this.#reconnected.delete(own) };
  }

  ready(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        again[Symbol.dispose]();
        signal?.removeEventListener('abort', aborted);
      };
      const aborted = (): void => {
        leave();
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        leave();
        reject(new LogError('unavailable', 'the log cannot be reached: not connected'));
      }, ms);
      const again = this.onReconnect(() => {
        leave();
        resolve();
      });
      signal?.addEventListener('abort', aborted, { once: true });
      if (signal?.aborted) aborted();
    });
  }

  async close(): Promise<void> {
    await this.nc.close();
  }

  async #follow(): Promise<void> {
    for await (const status of this.nc.status()) {
      if (status.type === 'disconnect') this.connected = false;
      if (status.type !== 'reconnect') continue;
      this.connected = true;
      for (const call of [...this.#reconnected]) call();
    }
  }
}
