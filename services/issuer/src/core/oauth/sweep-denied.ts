import { Refusal } from '@mintmark/domain';
import { inParallel } from '@mintmark/kit/lifecycle';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import { commit } from '../commit.ts';
import { envelope } from '../mint.ts';

/** So much longer than its token a denial is kept: the clocks of other regions may be behind. */
const KEEP_MS = 60_000;
/** So many of them are under way at once. */
const AT_ONCE = 16;

/** Deletes denials of what has expired since. The authority's work: they are global. Returns how many were deleted. */
export async function sweepDenied(ctx: IssuerContext, signal: AbortSignal): Promise<number> {
  const { tokens } = ctx.oauth;
  if (ctx.authority !== undefined || !tokens.settled) return 0;
  let deleted = 0;
  await inParallel(tokens.shown.denialsBefore(ctx.world.clock.now() - KEEP_MS), AT_ONCE, async ({ revision, record }) => {
    const { kind, id, scope, createIndex } = record;
    try {
      await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { key: revision }, signal);
      deleted += 1;
    } catch (error) {
      if (!(error instanceof LogError || error instanceof Refusal)) throw error;
    }
  });
  return deleted;
}
