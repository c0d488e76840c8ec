import { instantOf, isExpired, type LiveEntry, parseTime, type Tombstone } from '@mintmark/domain';
import { inParallel } from '@mintmark/kit/lifecycle';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../context.ts';
import { commit } from './commit.ts';
import { envelope } from './mint.ts';
import { orUnavailable, pagesOf, readById } from './reading.ts';

/** So many are deleted at once: with fewer, a region that many clients mint in without a pause would mint faster than it deletes. */
const AT_ONCE = 64;
const NS_PER_MS = 1_000_000n;

/**
 * Deletes tokens that have been over for `keepMs`, up to a second later, and one-time tokens that are over. A region deletes its own local ones; global ones are
 * the authority's.
 */
export class Sweeper {
  readonly #ctx: IssuerContext;
  readonly #keepMs: number;

  constructor(ctx: IssuerContext, { keepMs }: { readonly keepMs: number }) {
    this.#ctx = ctx;
    this.#keepMs = keepMs;
  }

  /** Returns how many were deleted; what was changed meanwhile is left for the next sweep, and so is all the rest where the log or the view cannot be reached. */
  async sweep(signal: AbortSignal): Promise<number> {
    const { world } = this.#ctx;
    const expiries = this.#ctx.expiries.token;
    const reading = { deciding: this.#ctx.authority === undefined, at: world.clock.monotonic() };
    if (expiries.wantsReading(reading)) {
      const complete = expiries.startOver();
      for await (const page of pagesOf(this.#ctx, 'token', signal)) for (const { record } of page) if (this.#isOurs(record)) expiries.note(record);
      complete(reading);
    }
    let deleted = 0;
    try {
      await inParallel(expiries.take(world.clock.now() - this.#keepMs), AT_ONCE, async (id) => {
        const ended = await this.#sweepToken(id, signal);
        deleted += ended;
      });
    } catch (error) {
      expiries.startOver();
      throw error;
    }
    return deleted + (await this.#sweepOneTimeTokens(signal));
  }

  async #sweepToken(id: string, signal: AbortSignal): Promise<number> {
    const { world } = this.#ctx;
    const token = await readById(this.#ctx, 'token', id, signal);
    if (token === undefined || !this.#isOurs(token.record)) return 0;
    const isOver = isExpired(token.record.body, instantOf(world.clock.now()) - BigInt(this.#keepMs) * NS_PER_MS);
    const ended = isOver ? await end(this.#ctx, token, signal) : 0;
    if (ended === 0) this.#ctx.expiries.token.note(token.record);
    else this.#ctx.events.tokenWritten({ requestId: 'sweep', accessorId: id, by: 'sweep', index: ended, change: 'expired' });
    return ended === 0 ? 0 : 1;
  }

  #isOurs({ scope }: LiveEntry<'token'>['record']): boolean {
    return scope === 'local' || this.#ctx.authority === undefined;
  }

  async #sweepOneTimeTokens(signal: AbortSignal): Promise<number> {
    const now = instantOf(this.#ctx.world.clock.now());
    const { value } = await orUnavailable(() => this.#ctx.view.list('one_time_token', { order: 'created', limit: 1_000 }, { signal }));
    const due = value.filter(({ record }) => (parseTime(record.body.expiresAt) ?? now) <= now);
    let deleted = 0;
    await inParallel(due, AT_ONCE, async (entry) => {
      if ((await end(this.#ctx, entry, signal)) > 0) deleted += 1;
    });
    return deleted;
  }
}

/** The index of the end; 0 where the record was changed meanwhile. */
async function end(ctx: IssuerContext, entry: LiveEntry<'token' | 'one_time_token'>, signal: AbortSignal): Promise<number> {
  const { kind, id, scope, createIndex } = entry.record;
  const tombstone = { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) } as Tombstone<'token'>;
  try {
    return (await commit(ctx, tombstone, { key: entry.revision }, signal)).index;
  } catch (error) {
    if (error instanceof LogError) return 0;
    throw error;
  }
}
