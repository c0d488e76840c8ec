import { formatFreshness, type MintRecord, NO_REVISION, Refusal, type Revision } from '@mintmark/domain';
import { deadline } from '@mintmark/kit/lifecycle';
import { type AppendOptions, type Expect, LogError } from '@mintmark/log';
import type { FollowedPosition } from '@mintmark/view';
import type { IssuerContext } from '../context.ts';
import { moved } from './authority/standing.ts';

/** After so many attempts there are pauses between them, for what others write without one. */
const AT_ONCE = 8;
const LONGEST_PAUSE_MS = 200;

/** A write that the region's view and every attached validator show. */
export interface Committed {
  readonly index: Revision;
  readonly freshness: string;
}

/**
 * Decides and commits: runs `attempt` again, after the view has caught up, when somebody else's write came in between. Ends in the
 * refusal `conflict` where that lasts as long as a write may take.
 */
export async function decide<T>(ctx: IssuerContext, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  const { clock, timers, random } = ctx.world;
  const latest = clock.monotonic() + ctx.writeTimeoutMs;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof LogError) || error.code !== 'conflict') throw error;
      if (tries > AT_ONCE && clock.monotonic() >= latest) throw new Refusal('conflict', 'the record kept changing; read it again and try again', { cause: error });
      if (error.revision !== undefined) await shown(ctx, error.revision, signal);
      if (tries >= AT_ONCE) await timers.sleep(Math.ceil(random.fraction() * Math.min(2 ** (tries - AT_ONCE), LONGEST_PAUSE_MS)), signal);
    }
  }
}

/**
 * Appends one record and returns when the region shows it (P1, P2, A1). Throws `LogError` `conflict` to be decided again; everything else as
 * a `Refusal`: `unavailable` when nothing was written, `outcome_unknown` when that cannot be told or the region does not show it in time. A global record is
 * committed by the authority only (E1 to E4 of `authority/standing.ts`).
 */
export async function commit(ctx: IssuerContext, record: MintRecord, expect: Expect, signal: AbortSignal): Promise<Committed> {
  using bound = deadline(ctx.world.timers, ctx.writeTimeoutMs, signal);
  if (record.scope === 'local') return write(ctx, record, expect, bound.signal);
  using leave = await ctx.standing.enter(bound.signal);
  const committed = await write(ctx, decidedHere(record, leave.epoch), expect, bound.signal);
  const unknown = (why: string, cause?: unknown): Refusal => new Refusal('outcome_unknown', `outcome unknown, index ${committed.index}: ${why}`, { cause });
  const stood = await ctx.standing.stood(leave, committed.index, bound.signal).catch((cause: unknown) => {
    throw unknown('written, but the region cannot tell whether it was the authority then', cause);
  });
  if (stood) return committed;
  throw unknown('written while another region became the authority');
}

/** A decision of this region's own, whoever decided what it replaces. */
function decidedHere({ origin: _, epoch: __, ...record }: MintRecord, epoch: number): MintRecord {
  return (epoch === 0 ? record : { ...record, epoch }) as MintRecord;
}

async function write(ctx: IssuerContext, record: MintRecord, expect: Expect, signal: AbortSignal): Promise<Committed> {
  const seen = shownBy(ctx);
  const index = await append(ctx, record, expect, { seen, signal });
  try {
    await Promise.all([shownIn(ctx, record, { incarnation: seen.incarnation, index }, signal), ctx.attachments.covers(index, signal)]);
  } catch (error) {
    throw new Refusal('outcome_unknown', `outcome unknown, index ${index}: written, but the region does not show it yet`, { cause: error });
  }
  ctx.expiries.token.note(record);
  ctx.expiries.session.note(record);
  return { index, freshness: formatFreshness({ region: ctx.region, incarnation: seen.incarnation, index }) };
}

/**
 * Resolves once the view shows the write. Throws where it shows its revision without it (P1): a log that was written again in between has higher revisions, and one
 * that lost its end gives the same ones again.
 */
async function shownIn({ follower, view }: IssuerContext, { kind, id, deleted }: MintRecord, { incarnation, index }: { readonly incarnation: string; readonly index: Revision }, signal: AbortSignal): Promise<void> {
  const isAnother = (): boolean => follower.position?.incarnation !== incarnation;
  await follower.until(() => isAnother() || (follower.position?.revision ?? NO_REVISION) >= index, signal);
  if (isAnother()) throw new Error("the region's log was written again before its view showed the write");
  if (follower.lastTold(kind, id) >= index) return;
  // The feed began anew at a later revision.
  const { value } = await view.get(kind, id, { signal });
  const shown = value === undefined ? deleted : value.revision >= index;
  if (!shown) throw new Error("the region's view shows another write in the place of this one");
}

/**
 * What a write answers with that found nothing to change at an index which the view shows. What it found may be somebody else's write that is not answered yet, so
 * it waits for the attached validators as that one does (A1). Throws the refusal `unavailable` where that takes too long.
 */
export async function standsAt(ctx: IssuerContext, index: Revision, signal: AbortSignal): Promise<Committed> {
  using bound = deadline(ctx.world.timers, ctx.writeTimeoutMs, signal);
  const { incarnation } = shownBy(ctx);
  try {
    await ctx.attachments.covers(index, bound.signal);
  } catch (error) {
    throw new Refusal('unavailable', 'nothing had to be written, but the region does not show it everywhere yet', { retryAfterMs: 1000, cause: error });
  }
  return { index, freshness: formatFreshness({ region: ctx.region, incarnation, index }) };
}

/** As `standsAt`, of a global record: only the authority can say that nothing has to be done (E1, E2). */
export async function alreadySo(ctx: IssuerContext, index: Revision, signal: AbortSignal): Promise<Committed> {
  using leave = await ctx.standing.enter(signal);
  const committed = await standsAt(ctx, index, signal);
  if (await ctx.standing.stood(leave, index, signal)) return committed;
  throw moved(ctx.standing.known.region);
}

/** What a decision stands on: a log that is another than the view's, or shorter, takes no write (P1). */
function shownBy(ctx: IssuerContext): FollowedPosition {
  if (ctx.follower.position === undefined) throw unreachable('view');
  return ctx.follower.position;
}

async function append(ctx: IssuerContext, record: MintRecord, expect: Expect, options: Required<AppendOptions>): Promise<Revision> {
  let begun = false;
  const write = async (): Promise<Revision> => {
    const signed = await ctx.signing.sign(record, expect, options.signal);
    begun = true;
    return ctx.log.append(signed, expect, options);
  };
  try {
    return await ('head' in expect ? ctx.wholeLog.appendAlone(write) : ctx.wholeLog.append(write, options.signal));
  } catch (error) {
    if (!(error instanceof LogError)) {
      if (options.signal.aborted) throw begun ? unknownOutcome(ctx.follower.position?.revision, error) : unreachable('log', error);
      throw error;
    }
    switch (error.code) {
      case 'conflict':
        throw error;
      case 'outcome_unknown':
        throw unknownOutcome(error.revision ?? ctx.follower.position?.revision, error);
      case 'too_large':
        throw new Refusal('invalid_argument', 'the record is too large to be stored', { cause: error });
      default:
        throw unreachable('log', error);
    }
  }
}

function unknownOutcome(index: Revision | undefined, cause: unknown): Refusal {
  return new Refusal('outcome_unknown', `outcome unknown, index ${index ?? 0}: read it back before trying again`, { cause });
}

function unreachable(what: 'log' | 'view', cause?: unknown): Refusal {
  return new Refusal('unavailable', `the region's ${what} cannot be reached: nothing was written`, { retryAfterMs: 1000, cause });
}

/** Waits until the view covers a revision that is known to be in the log. */
export async function shown(ctx: IssuerContext, revision: Revision, signal: AbortSignal): Promise<void> {
  using bound = deadline(ctx.world.timers, ctx.writeTimeoutMs, signal);
  try {
    await ctx.follower.covers(revision, bound.signal);
  } catch (error) {
    throw new Refusal('unavailable', "the region's view does not catch up with its log: nothing was written", { retryAfterMs: 1000, cause: error });
  }
}

/** The log's head, once the view shows it: what a decision that spans keys may stand on. */
export async function headShown(ctx: IssuerContext, signal: AbortSignal): Promise<Revision> {
  const head = await reachLog(() => ctx.log.head({ signal }));
  await shown(ctx, head.revision, signal);
  return head.revision;
}

/** Reads the log for a decision; the refusal `unavailable` when it cannot be reached. */
export async function reachLog<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof LogError) throw unreachable('log', error);
    throw error;
  }
}
