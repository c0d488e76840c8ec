import type { Question as Permission } from '@mintmark/access';
import { type DenyReason, type Principal, Refusal, type UnknownReason } from '@mintmark/domain';
import { type Claim, type CompiledDocument, type Decision, decide, type Explanation, nameProblem, parseName, type PolicySet } from '@mintmark/policy';
import type { ValidatorContext } from '../context.ts';
import { isFresh, ownFreshness, type Question as Identity, verdict, verdictAtOnce } from './verdict.ts';

/** May the bearer of this credential do VERB on RESOURCE? */
export interface AuthorizeQuestion extends Identity, Permission {}

export type Authorization =
  | { readonly verdict: 'allow'; /** Without a document: a management token. */ readonly explanation: Explanation; readonly principal?: Principal }
  /** Known, but not permitted: `message` says it in words, `missing` which claims would have allowed it. */
  | {
      readonly verdict: 'deny';
      readonly reason: 'missing_claim';
      readonly message: string;
      readonly missing: readonly string[];
      /** Absent where a supposed one was judged. */
      readonly principal?: Principal;
    }
  | { readonly verdict: 'deny'; readonly reason: DenyReason }
  | { readonly verdict: 'unknown'; readonly reason: UnknownReason };

export interface AuthorizationAnswer {
  readonly authorization: Authorization;
  readonly freshness: string;
}

/** Whoever presents no credential, as far as a policy `anonymous` lets them. */
const ANONYMOUS: Principal = {
  subject: 'token:anonymous',
  dialect: 'acl',
  type: 'client',
  name: 'Anonymous Token',
  policies: ['anonymous'],
  roleIds: [],
  roles: [],
  organizations: [],
  global: false,
  expiresAt: null,
};

/** The decision where this process has all that it stands on; `undefined` where something has to be asked or waited for. Throws `Refusal`. */
export function authorizationAtOnce(ctx: ValidatorContext, question: AuthorizeQuestion): AuthorizationAnswer | undefined {
  checkPermission(question);
  if (!ctx.decisions.currentAtOnce || ctx.strictness.lapsed(question.strict)) return undefined;
  const judged = verdictAtOnce(ctx, question);
  if (judged === undefined || isAnonymous(question)) return undefined;
  const { verdict: identity, freshness } = judged;
  return { authorization: identity.verdict === 'allow' ? decided(ctx, identity.principal, question) : identity, freshness };
}

/** Decides. Throws `Refusal` `invalid_argument`; whatever is about the credential or the region is a verdict. */
export async function authorization(ctx: ValidatorContext, question: AuthorizeQuestion, signal: AbortSignal): Promise<AuthorizationAnswer> {
  checkPermission(question);
  const answer = (authorization: Authorization): AuthorizationAnswer => ({ authorization, freshness: ownFreshness(ctx) });
  if (question.freshness !== '' && !(await isFresh(ctx, question, signal))) return answer({ verdict: 'unknown', reason: 'stale' });
  if (!(await ctx.decisions.current(signal))) return answer({ verdict: 'unknown', reason: 'unavailable' });
  // Policies and roles are the authority's, whoever the bearer is (Y1).
  if (ctx.strictness.lapsed(question.strict)) return answer({ verdict: 'deny', reason: 'stale' });
  if (isAnonymous(question)) return answer(decided(ctx, ANONYMOUS, question));
  const { verdict: identity } = await verdict(ctx, { ...question, freshness: '' }, signal);
  return answer(identity.verdict === 'allow' ? decided(ctx, identity.principal, question) : identity);
}

/** Decides about whoever has these claims, by the documents that apply to everybody. */
export async function supposed(ctx: ValidatorContext, claims: readonly Claim[], permission: Permission, signal: AbortSignal): Promise<AuthorizationAnswer> {
  return decidedBy(ctx, claims, permission, () => [ctx.access.shown.everyone], signal);
}

/** A document that is not saved, and what is to be decided by it. */
export interface Trial {
  readonly document: CompiledDocument;
  /** Whether the saved documents apply too, beside those that come with the system. */
  readonly saved: boolean;
  readonly claims: readonly Claim[];
  readonly permission: Permission;
}

/** Decides by a document that is not saved. */
export async function tried(ctx: ValidatorContext, { document, saved, claims, permission }: Trial, signal: AbortSignal): Promise<AuthorizationAnswer> {
  const sets = (): readonly PolicySet[] => [(saved ? ctx.access.shown.everyone : ctx.access.shown.base).with(document)];
  return decidedBy(ctx, claims, permission, sets, signal);
}

async function decidedBy(
  ctx: ValidatorContext,
  claims: readonly Claim[],
  permission: Permission,
  sets: () => readonly PolicySet[],
  signal: AbortSignal,
): Promise<AuthorizationAnswer> {
  checkPermission(permission);
  const current = await ctx.decisions.current(signal);
  const authorization: Authorization = current ? told(decide(sets(), { ...permission, claims })) : { verdict: 'unknown', reason: 'unavailable' };
  return { authorization, freshness: ownFreshness(ctx) };
}

function isAnonymous({ value }: Identity): boolean {
  return value === '';
}

function checkPermission({ verb, resource }: Permission): void {
  if (!/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(verb)) throw new Refusal('invalid_argument', 'verb must be a word of at most 64 letters such as read');
  if (parseName(resource) === undefined) throw new Refusal('invalid_argument', `resource: ${nameProblem(resource)}`);
}

function decided(ctx: ValidatorContext, principal: Principal, permission: Permission): Authorization {
  return told(ctx.access.decide(principal, permission), principal);
}

function told(decision: Decision, principal?: Principal): Authorization {
  const about = principal === undefined ? {} : { principal };
  if (decision.allowed) return { verdict: 'allow', explanation: decision.explanation, ...about };
  return { verdict: 'deny', reason: 'missing_claim', message: decision.message, missing: decision.missing, ...about };
}
