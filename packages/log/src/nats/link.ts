import { performance } from 'node:perf_hooks';
import { type ConnectionOptions, connect, createInbox, errors, type Msg, type MsgHdrs, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { LogError } from '../log.ts';
import { closedError, NoAnswer, noAnswer } from './failures.ts';
import type { NatsConnectionOptions } from './options.ts';
import { sleep } from './sleep.ts';

/*
 * A connection to a region's NATS servers that comes back by itself.
 *
 * K1  Nothing is handed to the driver while the connection is down: the driver would send it later, when nobody waits for it any more.
 * K2  A request that is under way when the connection is lost fails at once; its answer could not come any more.
 * K3  So many requests wait for answers, whoever has given up waiting; beyond that they fail at once, unsent.
 * K4  Each connection has a number, the epoch; what was true of the server is asked again in each.
 */

/** A server that stands still keeps them until its connection is given up for unanswered pings. */
const MAX_UNANSWERED = 4_096;
const DIAL_MS = 2_000;
const RETRY_MS = 100;
const PING_MS = 1_000;
/** Pings without an answer after which a connection is given up. */
const PINGS_OUT = 2;

/** What waits at a bound. */
export interface Load {
  readonly taken: number;
  readonly limit: number;
  readonly refused: { readonly full: number };
}

type State =
  | { readonly kind: 'up'; readonly nc: NatsConnection; readonly waiting: Set<(error: NoAnswer) => void> }
  | { readonly kind: 'down' }
  | { readonly kind: 'closed' };

export interface RequestOptions {
  readonly timeoutMs: number;
  readonly headers?: MsgHdrs;
  /** Ends the wait; its reason is thrown as it is. */
  readonly signal?: AbortSignal | undefined;
}

export class Link {
  readonly #options: NatsConnectionOptions;
  readonly #name: string;
  readonly #closing = new AbortController();
  readonly #changed = new Set<() => void>();
  #nc: NatsConnection | undefined;
  #state: State = { kind: 'down' };
  #epoch = 0;
  #unanswered = 0;
  #refused = 0;

  private constructor(options: NatsConnectionOptions, name: string) {
    this.#options = options;
    this.#name = name;
  }

  /** Connects within `withinMs`, or throws `LogError` `unavailable`. */
  static async open(options: NatsConnectionOptions, name: string, withinMs: number): Promise<Link> {
    const link = new Link(options, name);
    const until = performance.now() + withinMs;
    for (;;) {
      const failure = await link.#dial();
      if (failure === undefined) return link;
      if (performance.now() > until || failure instanceof errors.AuthorizationError) {
        throw new LogError('unavailable', `no connection to NATS at ${options.servers.join(', ')}: ${failure.message}`, { cause: failure });
      }
      await sleep(RETRY_MS);
    }
  }

  /** Returns at once and connects in the background, for as long as it takes. */
  static openLater(options: NatsConnectionOptions, name: string): Link {
    const link = new Link(options, name);
    void link.#dialForever();
    return link;
  }

  /** Number of the present connection; that of the one before while it is down. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Requests without an answer now, and how many failed because there were too many. */
  get load(): Load {
    return { taken: this.#unanswered, limit: MAX_UNANSWERED, refused: { full: this.#refused } };
  }

  /** Version of the server at the other end. */
  get version(): string {
    return this.#nc?.info?.version ?? '0';
  }

  /** Calls when the connection comes and when it goes, until disposed of. */
  onChange(call: () => void): Disposable {
    const own = (): void => call();
    this.#changed.add(own);
    return { [Symbol.dispose]: () => this.#changed.delete(own) };
  }

  /** Resolves when the connection is up; throws `NoAnswer` `unsent` after `withinMs`, or the signal's reason. */
  up(withinMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#state.kind === 'up') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        changed[Symbol.dispose]();
        signal?.removeEventListener('abort', aborted);
        settle();
      };
      const aborted = (): void => end(() => reject(signal?.reason));
      const timer = setTimeout(() => end(() => reject(new NoAnswer('unsent', 'not connected'))), withinMs);
      const changed = this.onChange(() => {
        if (this.#state.kind === 'up') end(resolve);
        else if (this.#state.kind === 'closed') end(() => reject(closedError()));
      });
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  /** Asks and waits for one answer. Throws `NoAnswer`, or the signal's reason. */
  request(subject: string, payload: Uint8Array | string, { timeoutMs, headers, signal }: RequestOptions): Promise<Msg> {
    const state = this.#state;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (state.kind === 'closed') return Promise.reject(closedError());
    if (state.kind === 'down') return Promise.reject(new NoAnswer('unsent', 'not connected'));
    if (this.#unanswered >= MAX_UNANSWERED) {
      this.#refused += 1;
      return Promise.reject(new NoAnswer('unsent', `${MAX_UNANSWERED} requests wait for an answer already`));
    }
    this.#unanswered += 1;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        state.waiting.delete(lost);
        signal?.removeEventListener('abort', aborted);
      };
      const lost = (error: NoAnswer): void => {
        leave();
        reject(error);
      };
      const aborted = (): void => {
        leave();
        reject(signal?.reason);
      };
      state.waiting.add(lost);
      signal?.addEventListener('abort', aborted, { once: true });
      const answered = state.nc.request(subject, payload, { timeout: timeoutMs, ...(headers === undefined ? {} : { headers }) }).finally(() => {
        this.#unanswered -= 1;
      });
      answered.then(
        (answer) => {
          leave();
          resolve(answer);
        },
        (error: unknown) => lost(noAnswer(error)),
      );
    });
  }

  /** Hears everything that is sent to a new inbox. Throws `NoAnswer` `unsent` while the connection is down. */
  subscribe(take: (message: Msg) => void, refused: (error: Error) => void): { readonly inbox: string; readonly subscription: Subscription } {
    if (this.#state.kind !== 'up') throw new NoAnswer('unsent', 'not connected');
    const inbox = createInbox(this.#options.inboxPrefix);
    const subscription = this.#state.nc.subscribe(inbox, { callback: (error, message) => (error === null ? take(message) : refused(error)) });
    return { inbox, subscription };
  }

  /** Sends where nobody answers; dropped while the connection is down. */
  tell(subject: string): void {
    if (this.#state.kind === 'up') this.#state.nc.publish(subject);
  }

  /** Gives the present connection up for a new one if its server does not answer a ping within `withinMs`. */
  async probe(withinMs: number): Promise<void> {
    const state = this.#state;
    if (state.kind !== 'up') return;
    const over = new AbortController();
    const answered = await Promise.race([
      state.nc.flush().then(
        () => true,
        () => false,
      ),
      sleep(withinMs, over.signal).then(() => false),
    ]);
    over.abort();
    if (!answered && this.#state === state) await state.nc.reconnect().catch(() => undefined);
  }

  async close(): Promise<void> {
    if (this.#state.kind === 'closed') return;
    this.#closing.abort();
    this.#become({ kind: 'closed' });
    await this.#nc?.close();
  }

  async #dial(): Promise<Error | undefined> {
    try {
      this.#nc = await connect(settingsOf(this.#options, this.#name));
    } catch (error) {
      return error as Error;
    }
    if (this.#closing.signal.aborted) {
      await this.#nc.close();
      return undefined;
    }
    this.#becomeUp(this.#nc);
    void this.#follow(this.#nc);
    return undefined;
  }

  async #dialForever(): Promise<void> {
    while (!this.#closing.signal.aborted && (await this.#dial()) !== undefined) await sleep(RETRY_MS, this.#closing.signal);
  }

  async #follow(nc: NatsConnection): Promise<void> {
    for await (const { type } of nc.status()) {
      if (type === 'disconnect') this.#become({ kind: 'down' });
      if (type === 'reconnect') this.#becomeUp(nc);
    }
    // The driver gives up only where it is closed, or by a fault of its own.
    this.#become({ kind: 'down' });
    await this.#dialForever();
  }

  #becomeUp(nc: NatsConnection): void {
    this.#epoch += 1;
    this.#become({ kind: 'up', nc, waiting: new Set() });
  }

  #become(next: State): void {
    const before = this.#state;
    if (before.kind === 'closed') return;
    this.#state = next;
    if (before.kind === 'up') for (const lost of [...before.waiting]) lost(new NoAnswer('unanswered', 'the connection was lost'));
    for (const call of [...this.#changed]) call();
  }
}

function settingsOf(options: NatsConnectionOptions, name: string): ConnectionOptions {
  const { user, pass, token, tls, inboxPrefix } = options;
  return {
    servers: [...options.servers],
    name,
    ...(user === undefined ? {} : { user }),
    ...(pass === undefined ? {} : { pass }),
    ...(token === undefined ? {} : { token }),
    ...(tls === undefined ? {} : { tls }),
    ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MS,
    reconnectJitter: RETRY_MS,
    pingInterval: PING_MS,
    maxPingOut: PINGS_OUT,
    timeout: DIAL_MS,
    ignoreClusterUpdates: true,
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
  };
}
