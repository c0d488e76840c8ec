import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';

/** How far a caller's clock may be ahead of this one's. */
const AHEAD_MS = 30_000;

/**
 * The not-before that somebody asks for, in milliseconds: at most now, since no token could be issued until one that lies ahead. A clock that is a little
 * ahead means now. Throws the refusal `invalid_argument`.
 */
export function askedNotBefore(ctx: IssuerContext, asked: number | undefined): number {
  const now = Math.ceil(ctx.world.clock.now());
  if (asked === undefined) return 0;
  if (asked > now + AHEAD_MS) throw new Refusal('invalid_argument', 'notBefore must not lie ahead: no token could be issued until then');
  return Math.min(asked, now);
}
