import { type Principal, Refusal } from '@mintmark/domain';
import type { ValidatorContext } from '../../context.ts';
import { callerOf } from '../caller.ts';
import type { Exchange } from './serve.ts';

/** Whoever reads what administrators see. */
export interface Reader {
  /** Whether it may read the resource of this name. */
  mayRead(resource: string): boolean;
}

/** The caller by its token, whose policies decide. Throws the refusals `unauthenticated` and `unavailable`. */
export async function readerOf(ctx: ValidatorContext, { request, signal }: Exchange): Promise<Reader> {
  const caller = await callerOf(ctx, request, signal);
  if (caller.type !== 'management' && !(await ctx.decisions.current(signal))) {
    throw new Refusal('unavailable', "the region's policies cannot be read now", { retryAfterMs: 1_000 });
  }
  return { mayRead: (resource) => mayRead(ctx, caller, resource) };
}

function mayRead(ctx: ValidatorContext, caller: Principal, resource: string): boolean {
  return caller.type === 'management' || ctx.access.decide(caller, { verb: 'read', resource }).allowed;
}

/** What is not for the caller to read is refused alike whether it exists or not. */
export function notForYou(): Refusal {
  return new Refusal('permission_denied', 'this needs a management token, or one whose policies permit it');
}
