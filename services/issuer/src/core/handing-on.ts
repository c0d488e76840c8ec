import { parseTime, Refusal, type TokenBody } from '@mintmark/domain';
import { decideEdit, grantsBeyond, knowsDocument, parse, readRules } from '@mintmark/policy';
import type { IssuerContext } from '../context.ts';
import type { Administrator } from './call.ts';
import { permissionDenied } from './caller.ts';

/*
 * Whoever administrates by a policy, and not by a management token, gives away no more than it holds.
 *
 * N1  A token that it makes, changes or sees the secret of holds no policy, and no role, that it does not hold itself, and lives no longer than it does.
 * N2  A role that it writes has no policy that it does not hold.
 * N3  A policy that it writes for those who hold it permits nothing that it is not permitted itself, wherever and whenever.
 * N4  A document that applies to everybody is written only by whoever may change policy on every realm in it, before and after; one without realms, by
 *     a management token alone.
 */

export type Handed = Pick<TokenBody, 'type' | 'policies' | 'roleIds' | 'expirationTime'>;

/** N1. Throws the refusal `permission_denied`. */
export function mayHandOnToken(ctx: IssuerContext, by: Administrator, token: Handed): void {
  if (by.principal.type === 'management') return;
  if (token.type === 'management') throw beyond('only a management token gives away another');
  if (!endsWithin(token.expirationTime, by.principal.expiresAt)) throw beyond(`a token that it makes must expire by ${by.principal.expiresAt}, when it does itself`);
  mayHandOnPolicies(ctx, by, token.policies ?? []);
  const { roleIds } = ctx.access.rightsOf(by.principal);
  for (const id of token.roleIds) if (!roleIds.has(id)) mayHandOnPolicies(ctx, by, ctx.access.shown.policiesOf(id) ?? [`of role ${id}`]);
}

/** N1, N2. Throws the refusal `permission_denied`. */
export function mayHandOnPolicies(ctx: IssuerContext, by: Administrator, names: readonly string[]): void {
  if (by.principal.type === 'management') return;
  const { policies } = ctx.access.rightsOf(by.principal);
  const missing = names.find((name) => !policies.has(name));
  if (missing !== undefined) throw beyond(`it does not hold the policy ${JSON.stringify(missing)} itself`);
}

/** N3. Throws the refusal `permission_denied`. A text that cannot be read is refused elsewhere. */
export function mayHandOnRules(ctx: IssuerContext, by: Administrator, rules: string): void {
  if (by.principal.type === 'management') return;
  const read = readRules(rules);
  if (!read.ok) return;
  const { sets, claims } = ctx.access.rightsOf(by.principal);
  const [first] = grantsBeyond(read.document, sets, claims);
  if (first !== undefined) throw beyond(`it does not have ${first} itself`);
}

/** N4. Throws the refusal `permission_denied`, which says what is missing. */
export function mayEditDocument(ctx: IssuerContext, by: Administrator, texts: readonly string[]): void {
  if (by.principal.type === 'management') return;
  const { sets, claims } = ctx.access.rightsOf(by.principal);
  const decisions = texts.map((text) => {
    const read = parse(text);
    return read.ok ? decideEdit(sets, read.document, { verb: 'update', claims }) : undefined;
  });
  for (const decision of decisions) if (decision?.allowed === false) throw new Refusal('permission_denied', decision.message);
  if (decisions.every((decision) => decision === undefined)) throw permissionDenied();
}

/** Whether somebody may know that a document of this text is there. */
export function mayKnowDocument(ctx: IssuerContext, by: Administrator, text: string): boolean {
  if (by.principal.type === 'management') return true;
  const { sets, claims } = ctx.access.rightsOf(by.principal);
  const read = parse(text);
  return read.ok && knowsDocument(sets, read.document, claims);
}

function endsWithin(end: string | null, bound: string | null): boolean {
  if (bound === null) return true;
  return end !== null && (parseTime(end) ?? 0n) <= (parseTime(bound) ?? 0n);
}

function beyond(why: string): Refusal {
  return new Refusal('permission_denied', `Permission denied: whoever administrates by a policy gives away no more than it holds; ${why}`);
}
