import type { issuer, workload } from '@mintmark/contract';
import { fqnProblem, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { decide } from '../../core/commit.ts';
import { mayWrite } from '../../core/guards.ts';
import { decidedByAuthority } from '../../core/workload/authority.ts';
import { mayDo, workloadCaller } from '../../core/workload/caller.ts';
import { bindingsOf, endBinding, jobNamed } from '../../core/workload/records.ts';

/** Ends a binding and its pipeline; its credential gets no more tokens. Always decided by the authority. */
export async function unbind(ctx: IssuerContext, request: workload.UnbindRequest, call: IssuerCall): Promise<issuer.Written> {
  return decidedByAuthority(ctx, call, { there: (authority) => authority.unbind(request, call), here: () => unbindHere(ctx, request, call) });
}

async function unbindHere(ctx: IssuerContext, { job: fqn, service, name }: workload.UnbindRequest, call: IssuerCall): Promise<issuer.Written> {
  const by = await workloadCaller(ctx, call);
  mayWrite(by.token, 'global');
  const problem = fqnProblem('job', fqn, 'job') ?? fqnProblem('service', service, 'service');
  if (problem !== undefined) throw new Refusal('invalid_argument', problem);
  mayDo(ctx, by, { verb: 'bind', resource: fqn, context: { service } });
  return decide(ctx, call.signal, async () => {
    const job = await jobNamed(ctx, fqn, call.signal);
    const all = await bindingsOf(ctx, job.record.id, call.signal);
    const found = all.filter(({ record: { body } }) => body.service === service && (name === '' || body.name === name));
    const [binding, ...more] = found;
    if (binding === undefined) throw new Refusal('not_found', `${fqn} has no such binding to ${service}`);
    if (more.length > 0) throw new Refusal('conflict', `${fqn} has ${found.length} bindings to ${service}: name one of ${found.map(({ record }) => record.body.name).join(', ')}`);
    const { index, freshness } = await endBinding(ctx, binding, call.signal);
    ctx.events.workloadWritten({ requestId: call.requestId, kind: 'binding', id: binding.record.id, by: by.subject, index, change: 'deleted' });
    return { index, freshness };
  });
}
