import { principalOf, Refusal, tokenResource } from '@mintmark/domain';
import { deadline } from '@mintmark/kit/lifecycle';
import type { IssuerContext } from '../context.ts';
import type { Administrator, IssuerCall } from './call.ts';
import { callerOf, permissionDenied } from './caller.ts';
import { readById } from './reading.ts';

/** What somebody wants to do, in the words of the policy language. */
export interface Right {
  readonly verb: 'create' | 'read' | 'update' | 'delete';
  readonly resource: string;
}

/**
 * The caller, who must have the right: a management token has every one, any other those that its policies permit, as they are now. Throws the refusals
 * `permission_denied` and, where the policies cannot be read, `unavailable`.
 */
export async function mayAdminister(ctx: IssuerContext, call: IssuerCall, right: Right): Promise<Administrator> {
  const by = await administratorOf(ctx, call);
  if (!ctx.access.decide(by.principal, right).allowed) throw permissionDenied();
  return by;
}

/** The caller, whose rights are known from then on. Throws the refusals `permission_denied` and `unavailable`. */
export async function administratorOf(ctx: IssuerContext, call: IssuerCall): Promise<Administrator> {
  const token = await callerOf(ctx, call);
  if (token === undefined) throw permissionDenied();
  const principal = principalOf(token);
  if (principal.type !== 'management') await known(ctx, call.signal);
  return { token, principal, subject: principal.subject };
}

/** What rights on a token are asked for on: by its name, where this region knows it. */
export async function resourceOfToken(ctx: IssuerContext, accessorId: string, signal: AbortSignal): Promise<string> {
  const stored = await readById(ctx, 'token', accessorId.toLowerCase(), signal);
  return tokenResource(stored?.record.body.name ?? '');
}

const KNOWN_WITHIN_MS = 2_000;

export async function known(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  using bound = deadline(ctx.world.timers, KNOWN_WITHIN_MS, signal);
  try {
    await ctx.access.whenSettled(bound.signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new Refusal('unavailable', "the region's policies cannot be read now", { retryAfterMs: 1_000, cause });
  }
}
