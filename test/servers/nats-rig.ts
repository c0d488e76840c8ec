import { randomUUID } from 'node:crypto';
import { type Entry, keyText, NO_REVISION, type Revision } from '@mintmark/domain';
import type { Log, LogReader, TailOptions } from '@mintmark/log';
import { aToken, gone } from '@mintmark/log/conformance';
import { type LogNames, type NatsLogOptions, namesOf, openNatsLog } from '@mintmark/log/nats';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { ADMIN, type NatsServerOptions, natsServer } from '../harness/nats.ts';
import { eventually } from '../harness/eventually.ts';
import type { Server } from '../harness/server.ts';
import { type NatsProxy, natsProxy } from './nats-proxy.ts';

/** Another nats-server than the best that there is, to run these tests on an older or a newer one. */
const { MINTMARK_TEST_NATS_SERVER } = process.env;
export const PROGRAM = MINTMARK_TEST_NATS_SERVER === undefined ? {} : { binary: MINTMARK_TEST_NATS_SERVER };

export const NEVER = { key: NO_REVISION };

export interface Opened {
  readonly log: Log;
  /** What it warned of, with the time of each by `performance.now`. */
  readonly warnings: { readonly at: number; readonly text: string }[];
}

/** A nats-server of its own and one region's log on it, as processes near and behind a proxy open it. */
export interface NatsRig extends AsyncDisposable {
  readonly server: Server;
  readonly proxy: NatsProxy;
  readonly region: string;
  readonly names: LogNames;
  /** Opens the log right at the server. */
  near(options?: Partial<NatsLogOptions>): Promise<Opened>;
  /** Opens it through the proxy. */
  far(options?: Partial<NatsLogOptions>): Promise<Opened>;
  /** A connection that may do anything. */
  admin<T>(use: (nc: NatsConnection) => Promise<T>): Promise<T>;
}

export async function natsRig(options: NatsServerOptions & { readonly region?: string } = {}): Promise<NatsRig> {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await natsServer({ ...PROGRAM, ...options }));
  const proxy = stack.use(await natsProxy(server.port));
  const region = options.region ?? `r-${randomUUID()}`;
  const open = async (port: number, wanted: Partial<NatsLogOptions> = {}): Promise<Opened> => {
    const warnings: Opened['warnings'] = [];
    const onWarning = (text: string): unknown => warnings.push({ at: performance.now(), text });
    const log = stack.adopt(await openNatsLog({ servers: [`127.0.0.1:${port}`], region, onWarning, ...wanted }), (opened) => opened.close());
    return { log, warnings };
  };
  return {
    server,
    proxy,
    region,
    names: namesOf(region),
    near: (wanted) => open(server.port, wanted),
    far: (wanted) => open(proxy.port, wanted),
    async admin(use) {
      const nc = await connect({ servers: `127.0.0.1:${server.port}`, reconnect: false, ...(options.users === undefined ? {} : ADMIN) });
      try {
        return await use(nc);
      } finally {
        await nc.close();
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Reads a tail in the background and checks that revisions only rise. */
export class Follower implements AsyncDisposable {
  readonly entries: Entry[] = [];
  through: Revision = NO_REVISION;
  error: unknown;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(log: LogReader, options: Partial<TailOptions> = {}) {
    this.#done = this.#read(log, options);
  }

  /** The newest state of each key. */
  get folded(): ReadonlyMap<string, Entry> {
    return new Map(this.entries.map((entry) => [keyText(entry.record), entry]));
  }

  /** Resolves once everything up to `at` was delivered; throws what the tail ended with. */
  async until(at: Revision, within = 5_000): Promise<void> {
    await eventually(() => this.through >= at || this.error !== undefined, { within, what: `the tail at ${this.through} reaching ${at}` });
    if (this.error !== undefined) throw this.error;
  }

  /** Resolves with what the tail ended with. */
  ended(within = 5_000): Promise<unknown> {
    return eventually(() => this.error, { within, what: `the tail at ${this.through} ending` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #read(log: LogReader, options: Partial<TailOptions>): Promise<void> {
    try {
      for await (const { entries, through } of log.tail({ after: NO_REVISION, ...options, signal: this.#stop.signal })) {
        for (const entry of entries) {
          if (entry.revision <= (this.entries.at(-1)?.revision ?? 0)) throw new Error(`revision ${entry.revision} came after ${this.entries.at(-1)?.revision}`);
          this.entries.push(entry);
        }
        this.through = through;
      }
    } catch (error) {
      this.error = error;
    }
  }
}

/** Appends new tokens one after the other. Returns the last revision. */
export async function fill(log: Log, count: number): Promise<Revision> {
  let at = NO_REVISION;
  for (let i = 0; i < count; i += 1) at = await log.append(aToken(), NEVER);
  return at;
}

/** Appends a token and its tombstone. Returns both revisions and the token. */
export async function bury(log: Log): Promise<{ readonly token: ReturnType<typeof aToken>; readonly live: Revision; readonly at: Revision }> {
  const token = aToken();
  const live = await log.append(token, NEVER);
  return { token, live, at: await log.append(gone({ ...token, createIndex: live }), { key: live }) };
}

/** What the call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<{ readonly code?: string; readonly message: string; readonly revision?: Revision }> {
  return call.then(
    (value) => {
      throw new Error(`was not refused: ${JSON.stringify(value)}`);
    },
    (error: Error) => error,
  );
}
