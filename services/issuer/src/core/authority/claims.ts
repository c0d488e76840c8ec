import { AUTHORITY_KEY, type AuthorityBody, type LiveRecord, NO_REVISION, succeeds } from '@mintmark/domain';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import { commit } from '../commit.ts';
import { envelope } from '../mint.ts';

/** Writes a claim into this region's log, in the place of the one that is known. Throws `LogError` `conflict` where there is another by now, and `Refusal`. */
export async function writeClaim(ctx: IssuerContext, body: AuthorityBody, signal: AbortSignal, expectHead?: Parameters<typeof commit>[2]): Promise<void> {
  const { entry } = ctx.standing;
  const record: LiveRecord<'authority'> = { ...AUTHORITY_KEY, deleted: false, body, ...envelope(ctx, entry?.record.createIndex) };
  await commit(ctx, record, expectHead ?? { key: entry?.revision ?? NO_REVISION }, signal);
  await ctx.standing.whenSettled(signal);
  ctx.standing.nudge();
  ctx.events.authority({ epoch: body.epoch, authority: body.region, active: body.active });
}

/** Takes a claim over that counts more than the one that is known. Whoever writes another one meanwhile is heard of in the next round. */
export async function learn(ctx: IssuerContext, told: AuthorityBody, signal: AbortSignal): Promise<void> {
  await ctx.standing.whenSettled(signal);
  if (!succeeds(told, ctx.standing.known)) return;
  try {
    await writeClaim(ctx, told, signal);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
  }
}
