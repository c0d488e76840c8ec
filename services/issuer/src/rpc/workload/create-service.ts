import type { issuer, workload } from '@mintmark/contract';
import { formatTime, fqnProblem, instantOf, type LiveRecord, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit, decide, headShown } from '../../core/commit.ts';
import { mayWrite } from '../../core/guards.ts';
import { envelope, freshUuid } from '../../core/mint.ts';
import { recordWritten } from '../../core/people/written.ts';
import { readByKey } from '../../core/reading.ts';
import { decidedByAuthority } from '../../core/workload/authority.ts';
import { authorOf, mayDo, workloadCaller } from '../../core/workload/caller.ts';

const TYPE = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const MAX_DESCRIPTION = 1_024;

/** Makes the record of a service. Always decided by the authority. */
export async function createService(ctx: IssuerContext, request: workload.CreateServiceRequest, call: IssuerCall): Promise<issuer.RecordWritten> {
  return decidedByAuthority(ctx, call, { there: (authority) => authority.createService(request, call), here: () => createHere(ctx, request, call) });
}

async function createHere(ctx: IssuerContext, request: workload.CreateServiceRequest, call: IssuerCall): Promise<issuer.RecordWritten> {
  const by = await workloadCaller(ctx, call);
  mayWrite(by.token, 'global');
  const { fqn } = request;
  const problem = serviceProblem(request);
  if (problem !== undefined) throw new Refusal('invalid_argument', problem);
  mayDo(ctx, by, { verb: 'create', resource: fqn });
  const body = { ...request, createdBy: authorOf(by), createTime: formatTime(instantOf(ctx.world.clock.now())) };
  return decide(ctx, call.signal, () =>
    ctx.wholeLog.decide(async () => {
      const head = await headShown(ctx, call.signal);
      if ((await readByKey(ctx, 'service', 'name', fqn, call.signal)) !== undefined) throw new Refusal('already_exists', `service ${JSON.stringify(fqn)} exists`);
      const record: LiveRecord<'service'> = { kind: 'service', id: freshUuid(ctx), scope: 'global', deleted: false, body, ...envelope(ctx) };
      const committed = await commit(ctx, record, { head }, call.signal);
      ctx.events.workloadWritten({ requestId: call.requestId, kind: 'service', id: record.id, by: by.subject, index: committed.index, change: 'created' });
      return recordWritten(committed, record);
    }, call.signal),
  );
}

function serviceProblem({ fqn, providerFqn, type, description }: workload.CreateServiceRequest): string | undefined {
  if (!TYPE.test(type)) return 'type must be a word of at most 64 letters, digits, "_" or "-"';
  if (Buffer.byteLength(description) > MAX_DESCRIPTION) return `description must have at most ${MAX_DESCRIPTION} bytes`;
  return fqnProblem('fqn', fqn, 'service') ?? (providerFqn === '' ? undefined : fqnProblem('provider_fqn', providerFqn, 'provider'));
}
