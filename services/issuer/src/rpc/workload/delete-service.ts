import type { issuer, workload } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit, decide, headShown } from '../../core/commit.ts';
import { mayWrite } from '../../core/guards.ts';
import { envelope } from '../../core/mint.ts';
import { pagesOf, readById } from '../../core/reading.ts';
import { decidedByAuthority } from '../../core/workload/authority.ts';
import { mayDoTo, noneOfUuid, workloadCaller } from '../../core/workload/caller.ts';

/** Deletes a service that no job is bound to. Always decided by the authority. */
export async function deleteService(ctx: IssuerContext, request: workload.DeleteServiceRequest, call: IssuerCall): Promise<issuer.Written> {
  return decidedByAuthority(ctx, call, { there: (authority) => authority.deleteService(request, call), here: () => deleteHere(ctx, request, call) });
}

async function deleteHere(ctx: IssuerContext, { id }: workload.DeleteServiceRequest, call: IssuerCall): Promise<issuer.Written> {
  const by = await workloadCaller(ctx, call);
  mayWrite(by.token, 'global');
  return decide(ctx, call.signal, () =>
    ctx.wholeLog.decide(async () => {
      const head = await headShown(ctx, call.signal);
      const stored = await readById(ctx, 'service', id, call.signal);
      if (stored === undefined) throw noneOfUuid('service');
      const { kind, scope, createIndex, body } = stored.record;
      mayDoTo(ctx, by, 'service', 'delete', body.fqn);
      if (body.createdBy === 'system') throw new Refusal('invalid_argument', `service ${JSON.stringify(body.fqn)} belongs to the system and cannot be deleted`);
      await mustBeUnbound(ctx, body.fqn, call.signal);
      const { index, freshness } = await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { head }, call.signal);
      ctx.events.workloadWritten({ requestId: call.requestId, kind, id, by: by.subject, index, change: 'deleted' });
      return { index, freshness };
    }, call.signal),
  );
}

async function mustBeUnbound(ctx: IssuerContext, fqn: string, signal: AbortSignal): Promise<void> {
  for await (const page of pagesOf(ctx, 'binding', signal)) {
    const bound = page.find(({ record }) => record.body.service === fqn);
    if (bound !== undefined) throw new Refusal('conflict', `${bound.record.body.job} is bound to it: unbind first`);
  }
}
