import { Refusal } from '@mintmark/domain';
import type { IssuerConfig } from './config.ts';
import type { IssuerContext } from './context.ts';
import { carryForever } from './core/authority/carry-over.ts';
import { ClockLeaps } from './core/clock-leaps.ts';
import { askForever } from './core/authority/rounds.ts';
import { takeOverForever } from './core/authority/take-over.ts';
import { keepKeys } from './core/oauth/key-steps.ts';
import { sweepDenied } from './core/oauth/sweep-denied.ts';
import { SessionSweeper } from './core/people/session-sweeper.ts';
import { sweepPersonalTokens } from './core/people/token-sweeper.ts';
import { Sweeper } from './core/sweeper.ts';
import { keepSystemRecords } from './core/system-records.ts';

/** What an issuer does by itself, by name. Each runs until its signal aborts. */
export function loopsOf(config: IssuerConfig, ctx: IssuerContext): Readonly<Record<string, (signal: AbortSignal) => Promise<void>>> {
  return {
    follow: (signal) => ctx.follower.run(signal),
    standing: (signal) => ctx.standing.run(signal),
    authority: (signal) => askForever(ctx, signal),
    takeOver: (signal) => takeOverForever(ctx, signal),
    carryOver: (signal) => carryForever(ctx, signal),
    access: (signal) => ctx.access.run(signal),
    oauth: (signal) => ctx.oauth.tokens.run(signal),
    keys: (signal) => keepKeys(ctx, signal),
    sweep: (signal) => sweepForever(config, ctx, signal),
    system: (signal) => systemRecordsForever(ctx, signal),
  };
}

/** Of a clock that leapt further ahead it is not known yet whether it stays there, and what a sweep deletes does not come back: it is left for the next one (P2, P6). */
const LEAP_MS = 60_000;

async function sweepForever(config: IssuerConfig, ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  const leaps = new ClockLeaps(ctx.world.clock);
  const sweeper = new Sweeper(ctx, config.sweep);
  const sessions = new SessionSweeper(ctx);
  while (!signal.aborted) {
    await ctx.world.timers.sleep(config.sweep.everyMs, signal);
    const aheadMs = leaps.take();
    if (aheadMs > LEAP_MS) {
      ctx.events.clockLeapt({ aheadMs });
      continue;
    }
    await sweepDenied(ctx, signal);
    await sweeper.sweep(signal);
    await sessions.sweep(signal);
    await sweepPersonalTokens(ctx, { noticeMs: config.expiryNoticeMs }, signal);
  }
}

/** A bootstrap writes them itself: this is for one that died half way, and for records that a new version brings. */
async function systemRecordsForever(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  const LOOK_EVERY_MS = 5_000;
  while (!signal.aborted) {
    await ctx.follower.until(() => ctx.follower.live, signal).catch(() => undefined);
    if (signal.aborted) return;
    await keepSystemRecords(ctx, signal).catch(onlyRefusals);
    await ctx.world.timers.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
}

function onlyRefusals(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}
