import type { issuer, workload } from '@mintmark/contract';
import { jobProblem, type JobState, type LiveRecord, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit, decide } from '../../core/commit.ts';
import { mayWrite } from '../../core/guards.ts';
import { envelope } from '../../core/mint.ts';
import { recordWritten } from '../../core/people/written.ts';
import { readById } from '../../core/reading.ts';
import { decidedByAuthority } from '../../core/workload/authority.ts';
import { mayDo, mayDoTo, noneOfUuid, workloadCaller } from '../../core/workload/caller.ts';

const VERB_INTO: Readonly<Record<string, string>> = { started: 'start', stopped: 'stop' };

/** Changes what a job says. Always decided by the authority. */
export async function updateJob(ctx: IssuerContext, request: workload.UpdateJobRequest, call: IssuerCall): Promise<issuer.RecordWritten> {
  return decidedByAuthority(ctx, call, { there: (authority) => authority.updateJob(request, call), here: () => updateHere(ctx, request, call) });
}

async function updateHere(ctx: IssuerContext, request: workload.UpdateJobRequest, call: IssuerCall): Promise<issuer.RecordWritten> {
  const by = await workloadCaller(ctx, call);
  mayWrite(by.token, 'global');
  return decide(ctx, call.signal, async () => {
    const stored = await readById(ctx, 'job', request.id, call.signal);
    if (stored === undefined) throw noneOfUuid('job');
    const before = stored.record.body;
    const { state = before.state, numInstances = before.numInstances } = request;
    const tags = request.tagsPresent ? request.tags : before.tags;
    mayDoTo(ctx, by, 'job', 'update', before.fqn);
    const verb = state === before.state ? undefined : VERB_INTO[state];
    if (verb !== undefined) mayDo(ctx, by, { verb, resource: before.fqn });
    const problem = jobProblem({ state, numInstances, tags });
    if (problem !== undefined) throw new Refusal('invalid_argument', problem);
    const { kind, id, scope, createIndex } = stored.record;
    const body = { ...before, state: state as JobState, numInstances, tags };
    const record: LiveRecord<'job'> = { kind, id, scope, deleted: false, body, ...envelope(ctx, createIndex) };
    const committed = await commit(ctx, record, { key: stored.revision }, call.signal);
    ctx.events.workloadWritten({ requestId: call.requestId, kind: 'job', id, by: by.subject, index: committed.index, change: 'updated' });
    return recordWritten(committed, record);
  });
}
