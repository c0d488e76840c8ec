import type { issuer } from '@mintmark/contract';
import type { IssuerContext } from '../context.ts';
import type { IssuerCall } from '../core/call.ts';
import { decide, headShown, alreadySo } from '../core/commit.ts';
import { feltHere } from '../core/felt-here.ts';
import { appliesOf, endPolicy, mayChange, standing } from '../core/policies.ts';
import { mayEndPolicy } from '../core/policy-rights.ts';

/** Deletes a policy; one that does not exist is as good as deleted (specs 1.10). Always decided by the authority. */
export async function deletePolicy(ctx: IssuerContext, request: issuer.DeletePolicyRequest, call: IssuerCall): Promise<issuer.Written> {
  if (ctx.authority !== undefined) {
    const written = await ctx.authority.deletePolicy(request, call);
    await feltHere(ctx, written.freshness, call.signal);
    return written;
  }
  const { name } = request;
  return decide(ctx, call.signal, async () => {
    const { policy } = await standing(ctx, name, call.signal);
    const by = await mayEndPolicy(ctx, call, { name, present: policy?.record.body, applies: appliesOf(request) });
    if (policy === undefined) return alreadySo(ctx, await headShown(ctx, call.signal), call.signal);
    mayChange(name, policy.record.body, appliesOf(request));
    const { index, freshness } = await endPolicy(ctx, policy, call.signal);
    ctx.events.grantWritten({ requestId: call.requestId, kind: 'policy', id: name, by: by.token.record.id, index, change: 'deleted' });
    return { index, freshness };
  });
}
