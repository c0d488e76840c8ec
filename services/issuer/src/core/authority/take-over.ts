import { LogError } from '@mintmark/log';
import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import { writeClaim } from './claims.ts';
import { askAll } from './rounds.ts';

const LOOK_EVERY_MS = 200;

/**
 * Begins to decide, once this region is named, has all that it can have of the authority before (its replicator then says that it follows itself), and most of
 * the regions know. Runs until the signal aborts.
 */
export async function takeOverForever(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await ctx.world.timers.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    try {
      if (isNamed(ctx)) await takeOver(ctx, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof LogError) && !(error instanceof Refusal)) throw error;
    }
  }
}

function isNamed({ region, standing, follower }: IssuerContext): boolean {
  const { known } = standing;
  return standing.settled && follower.live && known.region === region && !known.active && follower.contact?.region === region;
}

async function takeOver(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  const { standing, follower } = ctx;
  const claim = standing.known;
  const words = await askAll(ctx, signal);
  const knowing = words.filter(({ known }) => known.epoch === claim.epoch && known.region === claim.region).length + 1;
  if (knowing < standing.most && !standing.goesRegardless(claim.epoch)) return;
  const { position } = follower;
  if (position === undefined || !isNamed(ctx) || standing.known.epoch !== claim.epoch) return;
  const { incarnation, revision } = position;
  await writeClaim(ctx, { ...claim, active: true, incarnation, revision }, signal);
  await askAll(ctx, signal);
}
