import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';

/*
 * Not-befores, in milliseconds, and tokens, which are dated in whole seconds.
 *
 * T1  A token is dated after every not-before that applied when it was issued: in the next second, where that lies within the running one.
 * T2  So a not-before that is raised again within that second has to lie beyond the date of what was issued in between, or it would let that live (P2). It may
 *     then be ahead of the clock, by a second for each time: to raise it means to end what there is now, also where it is ahead already.
 */

const SECOND_MS = 1_000;
/** How far a caller's clock may be ahead of this one's. */
const AHEAD_MS = 30_000;

/** The not-before that ends whatever was issued up to `moment`, where tokens have been dated after `present` until `now`; 0 stands for none. */
export function endingAt(moment: number, present: number, now: number): number {
  const dated = present === 0 ? 0 : (Math.floor(present / SECOND_MS) + 1) * SECOND_MS;
  if (moment > dated) return moment;
  return moment > present || moment > now - SECOND_MS ? dated + 1 : present;
}

/**
 * The moment that somebody asks for, in milliseconds: at most now, since no token could be issued until one that lies ahead. A clock that is a little
 * ahead means now. Throws the refusal `invalid_argument`.
 */
export function askedNotBefore(ctx: IssuerContext, asked: number | undefined): number {
  const now = Math.ceil(ctx.world.clock.now());
  if (asked === undefined) return 0;
  if (asked > now + AHEAD_MS) throw new Refusal('invalid_argument', 'notBefore must not lie ahead: no token could be issued until then');
  return Math.min(asked, now);
}
