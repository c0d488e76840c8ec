import { parseFreshness } from '@mintmark/domain';
import { deadline } from '@mintmark/kit/lifecycle';
import type { IssuerContext } from '../context.ts';

/** How long the answer to a write that the authority decided may wait for this region. */
const WITHIN_MS = 1_000;

/**
 * Waits until this region shows what the authority decided, and its validators have heard of it: whoever takes a right away here must not see it
 * used here afterwards. The write stands whether or not that happens in time, so the wait ends without an error.
 */
export async function feltHere(ctx: IssuerContext, freshness: string | undefined, signal: AbortSignal): Promise<void> {
  const wanted = parseFreshness(freshness ?? '');
  if (wanted === undefined) return;
  const covered = (): boolean => {
    const { contact } = ctx.follower;
    return contact !== undefined && contact.incarnation === wanted.incarnation && contact.covered >= wanted.index;
  };
  using bound = deadline(ctx.world.timers, WITHIN_MS, signal);
  try {
    await ctx.follower.until(covered, bound.signal);
    if (ctx.follower.position !== undefined) await ctx.attachments.covers(ctx.follower.position.revision, bound.signal);
  } catch {
    // The region is behind; its lag says so.
  }
}
