import { Redis } from 'ioredis';
import { ViewError } from '../view.ts';
import { closed, problemText, unavailable } from './errors.ts';
import type { DriverOptions } from './options.ts';

/*
 * One connection to one server at a time.
 *
 * N1  A command is sent at most once, and only while the connection is up; otherwise it is refused with `unavailable`.
 * N2  An answer comes with the run id of the very server that gave it: a restarted server is another one.
 * N3  So many commands wait for answers, whoever has given up waiting; beyond that they are refused with `unavailable` before they are sent.
 * N4  A lost connection is opened again for ever, until `close`.
 */

export type Argument = string | Buffer | number;

export interface Answer {
  readonly reply: unknown;
  /** The server's run id: new at each start of its process. */
  readonly run: string;
}

/** What waits at a bound. */
export interface Load {
  readonly taken: number;
  readonly limit: number;
  readonly refused: { readonly full: number };
}

type State =
  | { readonly kind: 'down'; readonly problem: string }
  | { readonly kind: 'up'; readonly run: string }
  | { readonly kind: 'closed' };

const OLDEST_SERVER = 7;
/** A server that stands still keeps them until the connection is given up for its silence. */
const MAX_UNANSWERED = 8_192;

export class RedisConnection {
  readonly #client: Redis;
  readonly #prepare: (client: Redis) => Promise<void>;
  readonly #waiting = new Set<() => void>();
  #state: State = { kind: 'down', problem: 'not connected yet' };
  /** Counts connections, so that what belongs to an earlier one is known. */
  #session = 0;
  #unanswered = 0;
  #refused = 0;

  /** `prepare` is run on each new connection before it counts as up. */
  constructor(options: DriverOptions, prepare: (client: Redis) => Promise<void> = async () => undefined) {
    this.#prepare = prepare;
    this.#client = new Redis(options);
    this.#client.on('ready', () => void this.#arrive(++this.#session));
    this.#client.on('close', () => this.#leave('connection lost'));
    this.#client.on('error', (error: unknown) => this.#leave(problemText(error)));
    this.#client.connect().catch((error: unknown) => this.#leave(problemText(error)));
  }

  /** The run id of the server that the next command goes to. Throws `unavailable` or `closed`. */
  get run(): string {
    return this.#usable().run;
  }

  /** Resolves once the connection is up, the first attempt has failed, or the signal aborted. */
  async settled(signal?: AbortSignal): Promise<void> {
    if (this.#state.kind === 'down') await this.#moved(signal);
  }

  /** Resolves once the connection is up or closed, or the signal aborted. */
  async up(signal: AbortSignal): Promise<void> {
    while (this.#state.kind === 'down' && !signal.aborted) await this.#moved(signal);
  }

  /** Sends one command. Throws `unavailable`, `closed`, the signal's reason, or the server's refusal as it is. */
  async ask(command: string, args: readonly Argument[], signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    const { run } = this.#usable();
    return { reply: await orAborted(this.#send(command, args), signal).catch(this.#refuse), run };
  }

  /** Sends two commands back to back; answers the replies of both. */
  async askBoth(first: readonly [string, ...Argument[]], second: readonly [string, ...Argument[]], signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    const { run } = this.#usable();
    const both = Promise.all([first, second].map(([command, ...args]) => this.#send(command, args)));
    return { reply: await orAborted(both, signal).catch(this.#refuse), run };
  }

  /** Runs what is run on each new connection once more. */
  async prepareAgain(): Promise<void> {
    await this.#prepare(this.#client).catch(this.#refuse);
  }

  close(): void {
    if (this.#state.kind === 'closed') return;
    this.#state = { kind: 'closed' };
    this.#client.disconnect();
    this.#tell();
  }

  /** Commands without an answer now, and how many were refused because there were too many. */
  get load(): Load {
    return { taken: this.#unanswered, limit: MAX_UNANSWERED, refused: { full: this.#refused } };
  }

  #send(command: string, args: readonly Argument[]): Promise<unknown> {
    if (this.#unanswered >= MAX_UNANSWERED) {
      this.#refused += 1;
      return Promise.reject(unavailable(`${MAX_UNANSWERED} commands wait for an answer already`));
    }
    this.#unanswered += 1;
    return this.#client.callBuffer(command, ...args).finally(() => {
      this.#unanswered -= 1;
    });
  }

  async #arrive(session: number): Promise<void> {
    try {
      const run = acceptedRun(await this.#client.info());
      await this.#prepare(this.#client);
      if (session !== this.#session || this.#state.kind !== 'down' || this.#client.status !== 'ready') return;
      this.#state = { kind: 'up', run };
      this.#tell();
    } catch (error) {
      if (session !== this.#session || this.#state.kind === 'closed') return;
      this.#leave(problemText(error));
      this.#client.disconnect(true);
    }
  }

  #leave(problem: string): void {
    if (this.#state.kind === 'closed') return;
    // What ended the connection says more than that it ended.
    if (this.#state.kind === 'up' || problem !== 'connection lost') this.#state = { kind: 'down', problem };
    this.#tell();
  }

  #usable(): State & { kind: 'up' } {
    if (this.#state.kind === 'closed') throw closed();
    if (this.#state.kind === 'down') throw unavailable(this.#state.problem);
    return this.#state;
  }

  /** A refusal by the server passes as it is: the caller knows some of them. */
  readonly #refuse = (error: unknown): never => {
    if (this.#state.kind === 'closed') throw closed();
    throw error;
  };

  #tell(): void {
    for (const done of [...this.#waiting]) done();
  }

  #moved(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}

/** The run id of a server that can hold a view, from what it says of itself. */
function acceptedRun(info: string): string {
  const field = (name: string): string => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? 'unknown';
  const version = field('redis_version');
  if (!(Number.parseInt(version, 10) >= OLDEST_SERVER)) throw new Error(`a server of version ${OLDEST_SERVER} or newer is needed, this one is ${version}`);
  const policy = field('maxmemory_policy');
  // An evicted feed or index would look like one in which nothing happened.
  if (field('maxmemory') !== '0' && policy.startsWith('allkeys')) throw new Error(`maxmemory-policy must be noeviction, not ${policy}`);
  return field('run_id');
}

/** Settles as `call` does, or rejects with the signal's reason when it aborts first. */
function orAborted<T>(call: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return call;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    void call.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** The port's error for whatever `ask` threw; an abort's reason stays what it is. */
export function translated(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof ViewError || (signal?.aborted === true && error === signal.reason)) return error;
  return unavailable(error);
}
