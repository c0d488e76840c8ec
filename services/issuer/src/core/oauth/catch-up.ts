import { parseFreshness } from '@mintmark/domain';
import { deadline } from '@mintmark/kit/lifecycle';
import type { IssuerContext } from '../../context.ts';
import { ownCall } from '../sealed.ts';

const WITHIN_MS = 1_500;
/** Of nothing: only the authority's freshness is asked for. */
const NO_DIGEST = Buffer.alloc(32);

/** Waits until the region shows what the authority shows now. Ends without an error where that takes too long, or the authority cannot be reached. */
export async function catchUp(ctx: IssuerContext): Promise<void> {
  if (ctx.authority === undefined) return;
  using bound = deadline(ctx.world.timers, WITHIN_MS);
  try {
    const { freshness } = await ctx.authority.resolveSecret({ digest: NO_DIGEST, kind: 'token' }, ownCall(ctx, 'catch-up', bound.signal));
    const wanted = parseFreshness(freshness);
    if (wanted === undefined) return;
    const covered = (): boolean => ctx.follower.contact?.incarnation === wanted.incarnation && ctx.follower.contact.covered >= wanted.index;
    await ctx.follower.until(covered, bound.signal);
    await ctx.oauth.tokens.whenSettled(bound.signal);
  } catch {
    // What the region knows decides.
  }
}
