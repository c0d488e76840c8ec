import type { AuthorityBody } from '@mintmark/domain';
import { Refusal } from '@mintmark/domain';
import { deadline } from '@mintmark/kit/lifecycle';
import type { Contact } from '@mintmark/view';
import type { IssuerContext } from '../../context.ts';
import { openAnytime, ownCall, sealedRequest } from '../sealed.ts';
import { learn } from './claims.ts';

/*
 * How regions hear of a change of the authority: each issuer asks every other one, over and over, and tells it what it knows itself. Both take over what counts
 * more. So whoever comes back is told at the first contact with anybody who knows.
 *
 * R1  Clocks have no say in it (ADR 9): what somebody knew once may be heard again, because what counts less is not taken over. An answer counts for the question whose
 *     `nonce` it carries, so nobody is heard from who did not answer just now.
 */

const EVERY_MS = 500;
const ANSWER_WITHIN_MS = 1_000;
const NONCE_BYTES = 16;
const PURPOSE = 'claims to be the authority';

/** What a region says of the authority. */
export interface Word {
  readonly region: string;
  readonly known: AuthorityBody;
  /** How far it has what another region decided. */
  readonly contact: Pick<Contact, 'region' | 'covered'> | null;
  /** Of the question that it is, or answers: base64url. */
  readonly nonce: string;
}

function ownWord(ctx: IssuerContext, nonce: string): Word {
  const { contact } = ctx.follower;
  return { region: ctx.region, known: ctx.standing.known, contact: contact === undefined ? null : { region: contact.region, covered: contact.covered }, nonce };
}

/** Asks until the signal aborts. */
export async function askForever(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await askAll(ctx, signal);
    await ctx.world.timers.sleep(EVERY_MS, signal).catch(() => undefined);
  }
}

/** One round: what those regions say who answer. */
export async function askAll(ctx: IssuerContext, signal: AbortSignal): Promise<readonly Word[]> {
  const began = ctx.world.clock.monotonic();
  ctx.standing.asks(began);
  const words = await Promise.all(ctx.standing.others.map((region) => ask(ctx, region, signal)));
  if (!signal.aborted) ctx.standing.asked(began);
  return words.filter((word) => word !== undefined);
}

async function ask(ctx: IssuerContext, region: string, signal: AbortSignal): Promise<Word | undefined> {
  using bound = deadline(ctx.world.timers, ANSWER_WITHIN_MS, signal);
  try {
    await ctx.standing.whenSettled(bound.signal);
    const nonce = Buffer.from(ctx.world.random.bytes(NONCE_BYTES)).toString('base64url');
    const request = { sealed: sealedRequest(ctx, PURPOSE, ownWord(ctx, nonce)) };
    const { sealed } = await ctx.peerOf(region).standing.tellAuthority(request, { ...ownCall(ctx, 'authority', bound.signal), deadline: ctx.world.clock.now() + ANSWER_WITHIN_MS });
    const { at, request: answer } = openAnytime(ctx, PURPOSE, sealed);
    const word = answer as Word;
    if (word.nonce !== nonce || word.region !== region) throw new Refusal('permission_denied', 'the answer is to another question');
    ctx.peerClocks.note(region, at - ctx.world.clock.now());
    await learn(ctx, word.known, signal);
    ctx.standing.heard(region);
    return word;
  } catch (error) {
    if (bound.signal.aborted || error instanceof Refusal) return undefined;
    throw error;
  }
}

/** Answers another region's issuer: takes over what counts more, and says what counts then. Throws `Refusal`. */
export async function answerWord(ctx: IssuerContext, sealed: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  const { known, nonce } = openAnytime(ctx, PURPOSE, sealed).request as Word;
  await learn(ctx, known, signal);
  return sealedRequest(ctx, PURPOSE, ownWord(ctx, nonce));
}
