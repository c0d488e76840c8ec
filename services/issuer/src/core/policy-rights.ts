import { type PolicyApplies, type PolicyBody, policyResource } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import type { Administrator, IssuerCall } from './call.ts';
import { mayWrite } from './guards.ts';
import { mayEditDocument, mayHandOnRules } from './handing-on.ts';
import type { NewText } from './policies.ts';
import { administratorOf, mayAdminister } from './rights.ts';

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
  const by =
    applies === 'holders'
      ? await mayAdminister(ctx, call, { verb, resource: policyResource(name) })
      : verb === 'update'
        ? await administratorOf(ctx, call)
        : await mayAdminister(ctx, call, { verb, resource: `policydoc::/::${name}` });
  mayWrite(by.token, 'global');
  return by;
}
