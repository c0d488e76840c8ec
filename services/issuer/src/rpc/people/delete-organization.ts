import type { issuer, people } from '@mintmark/contract';
import { organizationResource, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { Administrator, IssuerCall } from '../../core/call.ts';
import { commit, decide, headShown } from '../../core/commit.ts';
import { mayWrite } from '../../core/guards.ts';
import { envelope } from '../../core/mint.ts';
import { decidedThere } from '../../core/people/authority.ts';
import { mustBeChildless, type Organization } from '../../core/people/organizations.ts';
import { readById } from '../../core/reading.ts';
import { mayAdminister } from '../../core/rights.ts';

/** Deletes an organization that no other belongs to. What was given in it counts for nothing from then on. Always decided by the authority. */
export async function deleteOrganization(ctx: IssuerContext, request: people.DeleteOrganizationRequest, call: IssuerCall): Promise<issuer.Written> {
  if (ctx.authority !== undefined) return decidedThere(ctx, ctx.authority, call, (authority) => authority.deleteOrganization(request, call));
  return decide(ctx, call.signal, async () => {
    // Whoever may not do that does not make the log stand still.
    await mayDelete(ctx, request, call);
    return ctx.wholeLog.decide(() => remove(ctx, request, call), call.signal);
  });
}

async function remove(ctx: IssuerContext, request: people.DeleteOrganizationRequest, call: IssuerCall): Promise<issuer.Written> {
  const head = await headShown(ctx, call.signal);
  const { stored, by } = await mayDelete(ctx, request, call);
  await mustBeChildless(ctx, request.id, call.signal);
  const { kind, id, scope, createIndex } = stored.record;
  const { index, freshness } = await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { head }, call.signal);
  ctx.events.personWritten({ requestId: call.requestId, kind, id, by: by.subject, index, change: 'deleted' });
  return { index, freshness };
}

/** The organization, and the caller, who may delete it. */
async function mayDelete(ctx: IssuerContext, { id }: people.DeleteOrganizationRequest, call: IssuerCall): Promise<{ readonly stored: Organization; readonly by: Administrator }> {
  const stored = await readById(ctx, 'organization', id, call.signal);
  const by = await mayAdminister(ctx, call, { verb: 'delete', resource: organizationResource(stored?.record.body.alias ?? id) });
  mayWrite(by.token, 'global');
  if (stored === undefined) throw new Refusal('not_found', 'there is no organization of this id');
  return { stored, by };
}
