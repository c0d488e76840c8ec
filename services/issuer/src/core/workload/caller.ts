import type { Question } from '@mintmark/access';
import { Refusal } from '@mintmark/domain';
import { isSignedToken, judgeWorkload } from '@mintmark/oauth';
import { decideImage } from '@mintmark/policy';
import type { IssuerContext } from '../../context.ts';
import type { Administrator, IssuerCall } from '../call.ts';
import { orUnavailable } from '../reading.ts';
import { administratorOf, known } from '../rights.ts';

/** The caller at a route of this dialect: the user or job of a signed token, or whoever holds an ACL token. Throws `Refusal`. */
export async function workloadCaller(ctx: IssuerContext, call: IssuerCall): Promise<Administrator> {
  const { credential, signal } = call;
  if (credential === undefined || !isSignedToken(credential)) return administratorOf(ctx, call);
  await ctx.oauth.tokens.whenSettled(signal);
  const judged = await orUnavailable(() => judgeWorkload(ctx.oauth.tokens, ctx.view, credential, ctx.world.clock.now(), signal));
  if (!judged.ok) throw new Refusal('unauthenticated', `the token does not count: ${judged.reason.replaceAll('_', ' ')}`);
  await known(ctx, signal);
  const { principal } = judged;
  return { principal, subject: principal.subject, token: { record: { id: principal.subject, scope: 'global' } } };
}

/** Throws the refusal `permission_denied` in the words of the policy. */
export function mayDo(ctx: IssuerContext, { principal }: Administrator, question: Question): void {
  const decision = ctx.access.decide(principal, question);
  if (!decision.allowed) throw new Refusal('permission_denied', decision.message);
}

/**
 * As `mayDo`, of a record that the request names by its uuid. What the caller may not even read does not exist for
 * it (P9), and is refused as `not_found`: the policy's words would tell its name.
 */
export function mayDoTo(ctx: IssuerContext, { principal }: Administrator, what: string, verb: Question['verb'], resource: string): void {
  const decision = ctx.access.decide(principal, { verb, resource });
  if (decision.allowed) return;
  if (!ctx.access.decide(principal, { verb: 'read', resource }).allowed) throw noneOfUuid(what);
  throw new Refusal('permission_denied', decision.message);
}

/** The refusal of a uuid that names nothing. */
export function noneOfUuid(what: string): Refusal {
  return new Refusal('not_found', `there is no ${what} of this uuid`);
}

/** Whether policy lets the job run the image. As `mayDo`. */
export function mayRunImage(ctx: IssuerContext, { principal }: Administrator, job: string, image: string): void {
  if (principal.type === 'management') return;
  const { sets, claims } = ctx.access.rightsOf(principal);
  const decision = decideImage(sets, { resource: job, claims }, image);
  if (!decision.allowed) throw new Refusal('permission_denied', decision.message);
}

/** What records call whoever made them. */
export function authorOf({ principal, subject }: Administrator): string {
  return principal.dialect === 'workload' ? principal.name : subject;
}
