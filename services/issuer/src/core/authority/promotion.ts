import type { issuer } from '@mintmark/contract';
import { type AuthorityBody, lastActive, NO_REVISION, type Origin, Refusal, type Succession } from '@mintmark/domain';
import { deadline } from '@mintmark/kit/lifecycle';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../call.ts';
import { permissionDenied } from '../caller.ts';
import { decide, headShown } from '../commit.ts';
import { administratorOf } from '../rights.ts';
import { openRequest, ownCall, sealedRequest } from '../sealed.ts';
import { learn, writeClaim } from './claims.ts';
import { askAll, type Word } from './rounds.ts';
import { moved } from './standing.ts';

/*
 * How a region becomes the authority (ADR 9): a claim in its own log that names it, then, in `takeOver`, the moment from which it decides.
 */

const PURPOSE = 'hand-over of the authority';
const DRAIN_MS = 8_000;

/** Makes this region the authority. Returns when it decides. Throws `Refusal`. */
export async function promote(ctx: IssuerContext, request: issuer.PromoteRequest, call: IssuerCall): Promise<issuer.PromoteResponse> {
  const { token, principal } = await administratorOf(ctx, call);
  if (principal.type !== 'management' || token.record.scope !== 'global') throw permissionDenied();
  await ctx.standing.whenSettled(call.signal);
  if (!ctx.standing.here) {
    const claim = request.force ? await claimAlone(ctx, request.regardless, call.signal) : await handedOver(ctx, call);
    ctx.events.promoting({ requestId: call.requestId, by: token.record.id, epoch: claim.epoch, force: request.force });
    await decides(ctx, call.signal);
  }
  const { epoch, region, successions } = ctx.standing.known;
  const told = (await askAll(ctx, call.signal)).filter(({ known }) => known.epoch === epoch && known.region === region).map((word) => word.region);
  const from = successions.at(-1)?.from;
  return { epoch, from: from?.region ?? region, covered: from?.revision ?? NO_REVISION, told: [ctx.region, ...told] };
}

async function decides(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  try {
    await ctx.standing.untilDecides(signal);
  } catch (cause) {
    throw new Refusal('outcome_unknown', 'the claim is written, and the region takes over when it has everything and most of the regions know: look at `mintmark region list`', { cause });
  }
}

/** The authority stops deciding in favour of this region. */
async function handedOver(ctx: IssuerContext, call: IssuerCall): Promise<AuthorityBody> {
  const { region } = ctx.standing.known;
  if (region === ctx.region) return ctx.standing.known;
  const { deadline: until } = call;
  const { sealed } = await ctx.peerOf(region).standing.handOver({ sealed: sealedRequest(ctx, PURPOSE, { to: ctx.region }) }, { ...ownCall(ctx, 'hand-over', call.signal), deadline: until });
  const claim = openRequest(ctx, PURPOSE, sealed) as AuthorityBody;
  await learn(ctx, claim, call.signal);
  return claim;
}

/** At the authority, on another one's behalf: everything decided before the claim is for the other to take, nothing is decided after it. Throws `Refusal`. */
export async function handOver(ctx: IssuerContext, sealed: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  const { to } = openRequest(ctx, PURPOSE, sealed) as { readonly to: string };
  await ctx.standing.whenSettled(signal);
  if (!ctx.standing.here) throw moved(ctx.standing.known.region);
  if (!ctx.standing.others.includes(to)) throw new Refusal('invalid_argument', `this region knows of no region ${to}`);
  using bound = deadline(ctx.world.timers, DRAIN_MS, signal);
  using _closed = await ctx.standing.close(bound.signal);
  return decide(ctx, signal, () =>
    ctx.wholeLog.decide(async () => {
      const head = await headShown(ctx, signal);
      const from = { region: ctx.region, incarnation: ctx.follower.position?.incarnation ?? '', revision: head };
      const claim = claimOf(ctx.standing.known, { epoch: ctx.standing.known.epoch + 1, region: to, from, forced: false });
      await writeClaim(ctx, claim, signal, { head });
      return sealedRequest(ctx, PURPOSE, claim);
    }, signal),
  );
}

/** Names this region without the authority. */
async function claimAlone(ctx: IssuerContext, regardless: boolean, signal: AbortSignal): Promise<AuthorityBody> {
  const words = await askAll(ctx, signal);
  const { known, most } = ctx.standing;
  const from = coveredHere(ctx, known);
  if (!regardless) check(words, from, most);
  const epoch = Math.max(known.epoch, ...words.map((word) => word.known.epoch)) + 1;
  const claim = claimOf(known, { epoch, region: ctx.region, from, forced: true });
  if (regardless) ctx.standing.regardless(claim.epoch);
  try {
    await writeClaim(ctx, claim, signal);
  } catch (error) {
    if (error instanceof LogError) throw new Refusal('conflict', 'another region was promoted meanwhile: look at `mintmark region list`', { cause: error });
    throw error;
  }
  await askAll(ctx, signal);
  return claim;
}

function check(words: readonly Word[], from: Origin, most: number): void {
  if (words.length + 1 < most) {
    throw new Refusal('unavailable', `only ${words.length + 1} regions can be reached, ${most} must know of a promotion so that an authority that comes back cannot overlook it; \`regardless\` goes without`);
  }
  const ahead = words.find(({ contact }) => contact?.region === from.region && contact.covered > from.revision);
  if (ahead !== undefined) {
    throw new Refusal('conflict', `${ahead.region} has seen more of ${from.region} (${ahead.contact?.covered}, here ${from.revision}): promote that one, or lose the difference with \`regardless\``);
  }
}

function claimOf({ active, successions }: AuthorityBody, succession: Succession): AuthorityBody {
  // Whoever was named and never took over decided nothing.
  const before = active ? successions : successions.slice(0, -1);
  const { epoch, region } = succession;
  return { epoch, region, active: false, incarnation: '', revision: NO_REVISION, successions: [...before, succession] };
}

/** Up to where this region has what the last authority decided. */
function coveredHere(ctx: IssuerContext, known: AuthorityBody): Origin {
  const region = lastActive(known);
  const { position, contact } = ctx.follower;
  if (region === ctx.region) return { region, incarnation: position?.incarnation ?? '', revision: position?.revision ?? NO_REVISION };
  const last = known.successions.at(-1);
  if (!known.active && known.region === ctx.region && last !== undefined) return last.from;
  if (contact?.region !== region) return { region, incarnation: '', revision: NO_REVISION };
  return { region, incarnation: contact.incarnation, revision: contact.covered };
}
