import { type Revision, Refusal, revision } from '@mintmark/domain';
import { deadline } from '@mintmark/kit/lifecycle';
import type { ValidatorContext } from '../context.ts';

const WITHIN_MS = 5_000;

/** Waits until this validator covers an index of its region; the refusal `stale` says how far it is. 0 demands nothing. */
export async function coversIndex(ctx: ValidatorContext, index: number, signal: AbortSignal): Promise<void> {
  if (index === 0) return;
  const wanted: Revision = revision(index);
  using bound = deadline(ctx.world.timers, WITHIN_MS, signal);
  try {
    await ctx.follower.covers(wanted, bound.signal);
  } catch {
    throw new Refusal('stale', `this region is at index ${ctx.follower.position?.revision ?? 0}, not yet at ${index}`, { retryAfterMs: 1_000 });
  }
}
