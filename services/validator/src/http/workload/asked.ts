import { type Principal, Refusal } from '@mintmark/domain';
import { api, type Operation, CallEnded, requestSignal } from '@mintmark/kit/http';
import { isSignedToken } from '@mintmark/oauth';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import type { IssuerCall } from '../../core/types.ts';
import { callerOf } from '../caller.ts';
import { presentedSecret } from '../credential.ts';
import { sendApiError } from './api-error.ts';

/** What every route of this dialect is given. */
export interface Asked {
  readonly ctx: ValidatorContext;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly signal: AbortSignal;
  readonly caller: Principal;
}

export type Handler = (asked: Asked) => Promise<unknown>;
export type Route = (method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, operation: Operation, handler: Handler) => void;

const ANSWER_WITHIN_MS = 15_000;

/** Registers routes whose caller is known and whose policies are those of now. Answers JSON, or the dialect's error object. */
export function routesOf(app: FastifyInstance, ctx: ValidatorContext): Route {
  return (method, url, operation, handler) => {
    app.route({ method, url, ...api(operation), handler: (request, reply) => answer(reply, (signal) => asKnown({ ctx, request, reply, signal }, handler)) });
  };
}

/** Answers with what `work` returns, or with its refusal as the dialect's error object. Nothing of it may be stored on the way. */
export async function answer(reply: FastifyReply, work: (signal: AbortSignal) => Promise<unknown>): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store');
  using bound = requestSignal(reply, { deadlineMs: ANSWER_WITHIN_MS });
  try {
    return reply.send(await work(bound.signal));
  } catch (error) {
    const late = error instanceof CallEnded ? new Refusal('outcome_unknown', 'not answered in time: read it back before trying again', { cause: error }) : error;
    return sendApiError(reply, late);
  }
}

async function asKnown(asked: Omit<Asked, 'caller'>, handler: Handler): Promise<unknown> {
  const { ctx, request, signal } = asked;
  const caller = await callerHere(ctx, request, signal);
  if (!(await ctx.decisions.current(signal))) throw new Refusal('unavailable', "the region's policies cannot be read now", { retryAfterMs: 1_000 });
  return handler({ ...asked, caller });
}

/** The user or job of a signed token, which stands as a bearer's only; else whoever holds an ACL token. */
async function callerHere(ctx: ValidatorContext, request: FastifyRequest, signal: AbortSignal): Promise<Principal> {
  const credential = presentedSecret(request.headers);
  if (credential === undefined || !isSignedToken(credential) || request.headers['x-nomad-token'] !== undefined) return callerOf(ctx, request, signal);
  const judged = await ctx.authenticators.get('workload')?.authenticate(credential, { signal });
  if (judged?.outcome === 'authenticated') return judged.principal;
  if (judged?.outcome === 'unavailable') throw new Refusal('unavailable', 'the region cannot judge the credential now', { retryAfterMs: 1_000 });
  throw new Refusal('unauthenticated', judged?.outcome === 'expired' ? 'the token has expired' : 'the token is not a live one');
}

/** The call to the issuer on the caller's behalf. */
export function callOf({ request, signal }: Pick<Asked, 'request' | 'signal'>): IssuerCall {
  const credential = presentedSecret(request.headers);
  return { ...(credential === undefined ? {} : { credential }), requestId: request.id, signal };
}

/** What a uuid names. What is not for the caller to read does not exist for it (P9): the policy's words would tell its name. */
export function readable<T>(asked: Asked, what: string, found: T | undefined, resourceOf: (found: T) => string): T {
  if (found === undefined || !mayRead(asked, resourceOf(found))) throw new Refusal('not_found', `there is no ${what} of this uuid`);
  return found;
}

export function mayRead({ ctx, caller }: Asked, resource: string): boolean {
  return ctx.access.decide(caller, { verb: 'read', resource }).allowed;
}

/** The parameter `uuid` of the path. */
export function uuidOf({ request }: Asked): string {
  return (request.params as { readonly uuid: string }).uuid.toLowerCase();
}

/** Puts the freshness of a write onto its answer. */
export function felt({ reply }: Asked, written: { readonly freshness: string } | undefined): void {
  if (written !== undefined && written.freshness !== '') reply.header('x-mintmark-freshness', written.freshness);
}
