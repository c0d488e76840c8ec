import { type PolicyApplies, type PolicyBody, policyResource } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import type { Administrator, IssuerCall } from './call.ts';
import { mayWrite } from './guards.ts';
import { mayEditDocument, mayHandOnRules } from './handing-on.ts';
import type { NewText } from './policies.ts';
import { mayAdminister } from './rights.ts';
import { mayDo, workloadCaller } from './workload/caller.ts';

/**
 * Who may write a policy. One for those who hold it: whoever may create or update `policy::/<name>`, within N3. A document for everybody: whoever may change
 * policy on every realm in it (N4); to create and delete documents takes the right on `policydoc::/::<name>` too.
 */
export async function mayWritePolicy(
  ctx: IssuerContext,
  call: IssuerCall,
  { name, present, text }: { readonly name: string; readonly present: PolicyBody | undefined; readonly text: NewText },
): Promise<Administrator> {
  const verb = present === undefined ? 'create' : 'update';
  const by = await administratorFor(ctx, call, { name, verb, applies: text.applies });
  if (text.applies === 'holders') mayHandOnRules(ctx, by, text.rules);
  else mayEditDocument(ctx, by, [text.rules, ...(present === undefined ? [] : [present.rules])]);
  return by;
}

/** Who may delete a policy: as for writing it. */
export async function mayEndPolicy(
  ctx: IssuerContext,
  call: IssuerCall,
  { name, present, applies }: { readonly name: string; readonly present: PolicyBody | undefined; readonly applies: PolicyApplies },
): Promise<Administrator> {
  const by = await administratorFor(ctx, call, { name, verb: 'delete', applies });
  if (applies === 'everyone' && present !== undefined) mayEditDocument(ctx, by, [present.rules]);
  return by;
}

async function administratorFor(
  ctx: IssuerContext,
  call: IssuerCall,
  { name, verb, applies }: { readonly name: string; readonly verb: 'create' | 'update' | 'delete'; readonly applies: PolicyApplies },
): Promise<Administrator> {
  if (applies === 'everyone') return documentAuthor(ctx, call, { name, verb });
  const by = await mayAdminister(ctx, call, { verb, resource: policyResource(name) });
  mayWrite(by.token, 'global');
  return by;
}

/** Documents for everybody are written by users and jobs of the workload dialect too. */
async function documentAuthor(ctx: IssuerContext, call: IssuerCall, { name, verb }: { readonly name: string; readonly verb: 'create' | 'update' | 'delete' }): Promise<Administrator> {
  const by = await workloadCaller(ctx, call);
  if (verb !== 'update') mayDo(ctx, by, { verb, resource: `policydoc::/::${name}` });
  mayWrite(by.token, 'global');
  return by;
}
