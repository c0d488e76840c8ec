import { randomBytes } from 'node:crypto';
import { type Entry, KINDS, NO_REVISION, revision } from '@mintmark/domain';
import type { Redis } from 'ioredis';
import type { ApplyRange, CallOptions, MarkOptions, ResetOptions, View, ViewReader, Watermark } from '../view.ts';
import { ViewError } from '../view.ts';
import { type Answer, type Argument, translated } from './connection.ts';
import { isUnknownFunction } from './errors.ts';
import { contactParts, namesOf, sourceText, storedValue } from './layout.ts';
import { FUNCTIONS, LIBRARY } from './library.ts';
import type { RedisViewOptions, RedisViewReaderOptions } from './options.ts';
import { RedisReader } from './reader.ts';

/**
 * A region's view in Redis, for its replicator. Resolves once the first attempt to connect has ended, well or not: a server that
 * cannot be reached is tried for ever, and calls meanwhile throw `unavailable`. `RangeError` for options that cannot be meant.
 */
export async function openRedisView(options: RedisViewOptions): Promise<View> {
  const view = new RedisView(options);
  await view.settled();
  return view;
}

/** The same view for those who may only read. Resolves as `openRedisView` does. */
export async function openRedisViewReader(options: RedisViewReaderOptions): Promise<ViewReader> {
  const reader = new RedisReader(options, namesOf(options.region));
  await reader.settled();
  return reader;
}

/**
 * V1  Every write is one function call, which checks the epoch and the step inside the server: all or nothing.
 * V2  A restarted server may have lost its newest writes. Nothing is written on it before its watermark was read again on it, and it
 *     is not ready before it is told so: until then readers are refused, so that nobody sees what was revoked come back (P2).
 */
class RedisView extends RedisReader implements View {
  readonly #feedLimit: number;
  /** The server whose watermark this writer knows (V2). */
  #run: string | undefined;

  constructor(options: RedisViewOptions) {
    super(options, namesOf(options.region), loadLibrary);
    this.#feedLimit = options.feedLimit ?? 65_536;
  }

  override async watermark(options?: CallOptions): Promise<Watermark> {
    const { watermark, run } = await this.look(options);
    this.#run = run;
    return watermark;
  }

  async apply(entries: readonly Entry[], { epoch, from, to }: ApplyRange, options?: CallOptions): Promise<void> {
    await this.#onKnownServer(options);
    const args: Argument[] = [epoch, from, to, this.#feedLimit];
    for (const entry of entries) {
      const { kind, id, scope, deleted, createIndex } = entry.record;
      args.push(kind, id, entry.revision, createIndex === 0 ? entry.revision : createIndex, deleted ? '' : storedValue(entry), scope === 'global' ? 'g' : 'l');
    }
    await this.#write(FUNCTIONS.apply, args, options);
  }

  async mark({ epoch, ready, contact }: MarkOptions, options?: CallOptions): Promise<void> {
    const run = await this.#onKnownServer(options);
    const readiness = ready === undefined ? '' : ready ? run : '-';
    await this.#write(FUNCTIONS.mark, [epoch, readiness, ...(contact === undefined ? [] : contactParts(contact))], options);
  }

  async reset({ source, floor }: ResetOptions, options?: CallOptions): Promise<Watermark> {
    const epoch = randomBytes(16).toString('base64url');
    const { run } = await this.#call(FUNCTIONS.reset, [epoch, sourceText(source), floor, ...KINDS], options);
    this.#run = run;
    return { epoch, source: { ...source }, revision: NO_REVISION, ready: false };
  }

  /** The run id of the server that the next command goes to, unless this writer does not know what that server has. */
  async #onKnownServer(options: CallOptions | undefined): Promise<string> {
    options?.signal?.throwIfAborted();
    const run = this.connection.run;
    this.#run ??= run;
    if (run !== this.#run) throw await this.#restarted(options);
    return run;
  }

  async #restarted(options: CallOptions | undefined): Promise<ViewError> {
    const message = 'the server was restarted: what it has must be read before it is written';
    try {
      const { epoch, revision: at } = (await this.look(options)).watermark;
      return new ViewError('gap', message, { have: { epoch, revision: at } });
    } catch (error) {
      if (error instanceof ViewError && error.code === 'not_ready') return new ViewError('gap', message);
      throw error;
    }
  }

  async #write(name: string, args: readonly Argument[], options: CallOptions | undefined): Promise<void> {
    const { reply } = await this.#call(name, args, options);
    if (!Array.isArray(reply)) return;
    const [, epoch, at] = (reply as readonly Buffer[]).map((part) => part.toString('latin1'));
    if (epoch === undefined) throw new ViewError('gap', 'the view was never filled, or was emptied');
    throw new ViewError('gap', `the view stands at ${at} of ${epoch}`, { have: { epoch, revision: revision(Number(at)) } });
  }

  /** Calls a function. One that the server has forgotten was not run: it is loaded and called again. */
  async #call(name: string, args: readonly Argument[], options: CallOptions | undefined): Promise<Answer> {
    const call = (): Promise<Answer> => this.connection.ask('FCALL', [name, 1, this.names.state, ...args], options?.signal);
    try {
      return await call().catch(async (error: unknown) => {
        if (!isUnknownFunction(error)) throw error;
        const run = this.connection.run;
        await this.connection.prepareAgain();
        if (run !== this.connection.run) throw error;
        return call();
      });
    } catch (error) {
      throw translated(error, options?.signal);
    }
  }
}

async function loadLibrary(client: Redis): Promise<void> {
  await client.call('FUNCTION', 'LOAD', 'REPLACE', LIBRARY);
}
