import { type Principal, Refusal } from '@mintmark/domain';
import type { FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../context.ts';
import { presentedSecret } from './credential.ts';

/** Whoever asks at one of Mintmark's own routes. Throws the refusals `unauthenticated` and `unavailable`. */
export async function callerOf(ctx: ValidatorContext, request: FastifyRequest, signal: AbortSignal): Promise<Principal> {
  const judged = await ctx.authenticator.authenticate(presentedSecret(request.headers), { signal, peer: request.ip });
  switch (judged.outcome) {
    case 'authenticated':
      return judged.principal;
    case 'unavailable':
      throw new Refusal('unavailable', 'the region cannot judge the credential now', { retryAfterMs: 1_000 });
    case 'anonymous':
      throw new Refusal('unauthenticated', 'present a token in X-Nomad-Token or as Authorization: Bearer');
    default:
      throw new Refusal('unauthenticated', 'the token is not a live one');
  }
}

/** The caller, who must hold a management token. Throws `permission_denied` too. */
export async function administratorOf(ctx: ValidatorContext, request: FastifyRequest, signal: AbortSignal): Promise<Principal> {
  const caller = await callerOf(ctx, request, signal);
  if (caller.type !== 'management') throw new Refusal('permission_denied', 'this needs a management token');
  return caller;
}
