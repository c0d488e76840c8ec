import type { issuer, workload } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { decide } from '../../core/commit.ts';
import { mayWrite } from '../../core/guards.ts';
import { readById } from '../../core/reading.ts';
import { decidedByAuthority } from '../../core/workload/authority.ts';
import { mayDoTo, noneOfUuid, workloadCaller } from '../../core/workload/caller.ts';
import { bindingsOf, endBinding, endRecord } from '../../core/workload/records.ts';

/** Deletes a job: its bindings and pipelines first, then the job, whose tokens are refused from then on. Always decided by the authority. */
export async function deleteJob(ctx: IssuerContext, request: workload.DeleteJobRequest, call: IssuerCall): Promise<issuer.Written> {
  return decidedByAuthority(ctx, call, { there: (authority) => authority.deleteJob(request, call), here: () => deleteHere(ctx, request, call) });
}

async function deleteHere(ctx: IssuerContext, { id }: workload.DeleteJobRequest, call: IssuerCall): Promise<issuer.Written> {
  const by = await workloadCaller(ctx, call);
  mayWrite(by.token, 'global');
  return decide(ctx, call.signal, async () => {
    const job = await readById(ctx, 'job', id, call.signal);
    if (job === undefined) throw noneOfUuid('job');
    const { fqn, pipelineOf } = job.record.body;
    mayDoTo(ctx, by, 'job', 'delete', fqn);
    if (pipelineOf !== '') throw new Refusal('conflict', `it is the pipeline of ${pipelineOf}: unbind that job from the HTTP service`);
    for (const binding of await bindingsOf(ctx, id, call.signal)) await endBinding(ctx, binding, call.signal);
    const { index, freshness } = await endRecord(ctx, job, call.signal);
    ctx.events.workloadWritten({ requestId: call.requestId, kind: 'job', id, by: by.subject, index, change: 'deleted' });
    return { index, freshness };
  });
}
