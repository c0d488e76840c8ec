import { type PolicyApplies, type PolicyBody, policyResource } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import type { Administrator, IssuerCall } from './call.ts';
import { permissionDenied } from './caller.ts';
import { mayWrite } from './guards.ts';
import { mayEditDocument, mayHandOnRules, mayKnowDocument } from './handing-on.ts';
import type { NewText } from './policies.ts';
import { administratorOf, mayAdminister, type Right } from './rights.ts';
import { mayDo, workloadCaller } from './workload/caller.ts';

/**
 * Who may write a policy. One for those who hold it: whoever may create or update `policy::/<name>`, within N3. A document for everybody: whoever may change
 * policy on every realm in it (N4); to create and delete documents takes the right on `policydoc::/::<name>` too. Whoever may not know the document that there is
 * is refused as where there is none (P9).
 */
export async function mayWritePolicy(
  ctx: IssuerContext,
  call: IssuerCall,
  { name, present, text }: { readonly name: string; readonly present: PolicyBody | undefined; readonly text: NewText },
): Promise<Administrator> {
  if (text.applies === 'everyone') return mayWriteDocument(ctx, call, { name, present, text });
  const by = await holdersAdministrator(ctx, call, { name, verb: present === undefined ? 'create' : 'update' });
  mayHandOnRules(ctx, by, text.rules);
  return by;
}

async function mayWriteDocument(
  ctx: IssuerContext,
  call: IssuerCall,
  { name, present, text }: { readonly name: string; readonly present: PolicyBody | undefined; readonly text: NewText },
): Promise<Administrator> {
  const by = await workloadCaller(ctx, call);
  mayWrite(by.token, 'global');
  const seen = present !== undefined && mayKnowDocument(ctx, by, present.rules);
  if (!seen) mayDo(ctx, by, { verb: 'create', resource: `policydoc::/::${name}` });
  mayEditDocument(ctx, by, [text.rules]);
  if (seen) mayEditDocument(ctx, by, [present.rules]);
  else if (present !== undefined && by.principal.type !== 'management') throw permissionDenied();
  return by;
}

/** Who may delete a policy: as for writing it. */
export async function mayEndPolicy(
  ctx: IssuerContext,
  call: IssuerCall,
  { name, present, applies }: { readonly name: string; readonly present: PolicyBody | undefined; readonly applies: PolicyApplies },
): Promise<Administrator> {
  if (applies === 'holders') return holdersAdministrator(ctx, call, { name, verb: 'delete' });
  const by = await workloadCaller(ctx, call);
  mayDo(ctx, by, { verb: 'delete', resource: `policydoc::/::${name}` });
  mayWrite(by.token, 'global');
  if (present !== undefined) mayEditDocument(ctx, by, [present.rules]);
  return by;
}

/** Who may bring back a past text of a policy for those who hold it, before it is known whether there is one. */
export async function mayRestoreHeld(ctx: IssuerContext, call: IssuerCall, name: string): Promise<void> {
  const { principal } = await administratorOf(ctx, call);
  const resource = policyResource(name);
  if (!(['create', 'update'] as const).some((verb) => ctx.access.decide(principal, { verb, resource }).allowed)) throw permissionDenied();
}

async function holdersAdministrator(ctx: IssuerContext, call: IssuerCall, { name, verb }: { readonly name: string; readonly verb: Right['verb'] }): Promise<Administrator> {
  const by = await mayAdminister(ctx, call, { verb, resource: policyResource(name) });
  mayWrite(by.token, 'global');
  return by;
}
