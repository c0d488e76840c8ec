import { instantOf, type LiveEntry, parseTime, type Tombstone } from '@mintmark/domain';
import { inParallel } from '@mintmark/kit/lifecycle';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../context.ts';
import { commit } from './commit.ts';
import { allTokens } from './guards.ts';
import { envelope } from './mint.ts';
import { orUnavailable } from './reading.ts';

/** So many are collected before they are deleted. */
const BATCH = 4_096;
/** So many of them are under way at once: one after the other would be slower than tokens are minted. */
const AT_ONCE = 16;

export interface Sweep {
  /** Nanoseconds after expiry during which a token is still listed. */
  readonly keep: bigint;
}

/**
 * Deletes all tokens whose expiry is longer ago than `keep`, and one-time tokens that are over. A region deletes its own local ones; global ones are
 * the authority's. Returns how many were deleted; one that was changed meanwhile is left for the next sweep.
 */
export async function sweepExpired(ctx: IssuerContext, { keep }: Sweep, signal: AbortSignal): Promise<number> {
  const now = instantOf(ctx.world.clock.now());
  let deleted = 0;
  let due: LiveEntry[] = [];
  const flush = async (): Promise<void> => {
    const ending = due;
    due = [];
    await inParallel(ending, AT_ONCE, async (entry) => {
      const ended = await end(ctx, entry, signal);
      deleted += ended;
    });
  };
  for await (const token of allTokens(ctx, signal)) {
    const { scope, body } = token.record;
    const expiry = body.expirationTime === null ? undefined : parseTime(body.expirationTime);
    const ours = scope === 'local' || ctx.authority === undefined;
    if (ours && expiry !== undefined && expiry + keep <= now) due.push(token);
    if (due.length === BATCH) await flush();
  }
  for (const oneTime of await oneTimeTokens(ctx, signal)) {
    if ((parseTime(oneTime.record.body.expiresAt) ?? now) <= now) due.push(oneTime);
  }
  await flush();
  return deleted;
}

async function oneTimeTokens(ctx: IssuerContext, signal: AbortSignal): Promise<readonly LiveEntry<'one_time_token'>[]> {
  return (await orUnavailable(() => ctx.view.list('one_time_token', { order: 'created', limit: 1_000 }, { signal }))).value;
}

async function end(ctx: IssuerContext, entry: LiveEntry, signal: AbortSignal): Promise<number> {
  const { kind, id, scope, createIndex } = entry.record;
  const tombstone = { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) } as Tombstone<'token'>;
  try {
    const { index } = await commit(ctx, tombstone, { key: entry.revision }, signal);
    if (kind === 'token') ctx.events.tokenWritten({ requestId: 'sweep', accessorId: id, by: 'sweep', index, change: 'expired' });
    return 1;
  } catch (error) {
    if (error instanceof LogError) return 0;
    throw error;
  }
}
