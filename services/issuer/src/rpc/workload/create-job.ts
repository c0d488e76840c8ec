import type { issuer, workload } from '@mintmark/contract';
import {
  type BindingBody,
  bindingPrefix,
  defaultBindingName,
  formatTime,
  fqnProblem,
  instantOf,
  isPipelineName,
  type JobBody,
  type JobState,
  jobProblem,
  type LiveRecord,
  NO_REVISION,
  OUTSIDE_SERVICE,
  parseFqn,
  Refusal,
  SYSTEM_PACKAGES,
} from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { Administrator, IssuerCall } from '../../core/call.ts';
import { commit, decide, headShown } from '../../core/commit.ts';
import { mayWrite } from '../../core/guards.ts';
import { envelope, freshUuid } from '../../core/mint.ts';
import { recordWritten } from '../../core/people/written.ts';
import { readByKey } from '../../core/reading.ts';
import { decidedByAuthority } from '../../core/workload/authority.ts';
import { authorOf, mayDo, mayRunImage, workloadCaller } from '../../core/workload/caller.ts';
import { serviceNamed } from '../../core/workload/records.ts';

const MAX_IMAGE = 1_024;

/** Makes the record of a job; nothing is run. Always decided by the authority. */
export async function createJob(ctx: IssuerContext, request: workload.CreateJobRequest, call: IssuerCall): Promise<issuer.RecordWritten> {
  return decidedByAuthority(ctx, call, { there: (authority) => authority.createJob(request, call), here: () => createHere(ctx, request, call) });
}

async function createHere(ctx: IssuerContext, request: workload.CreateJobRequest, call: IssuerCall): Promise<issuer.RecordWritten> {
  const by = await workloadCaller(ctx, call);
  mayWrite(by.token, 'global');
  const body = bodyOf(ctx, request, by);
  mayCreate(ctx, by, body, request.egress);
  return decide(ctx, call.signal, () =>
    ctx.wholeLog.decide(async () => {
      const head = await headShown(ctx, call.signal);
      if ((await readByKey(ctx, 'job', 'name', body.fqn, call.signal)) !== undefined) throw new Refusal('already_exists', `job ${JSON.stringify(body.fqn)} exists`);
      const record: LiveRecord<'job'> = { kind: 'job', id: freshUuid(ctx), scope: 'global', deleted: false, body, ...envelope(ctx) };
      const committed = await commit(ctx, record, { head }, call.signal);
      ctx.events.workloadWritten({ requestId: call.requestId, kind: 'job', id: record.id, by: by.subject, index: committed.index, change: 'created' });
      if (!request.egress) return recordWritten(committed, record);
      const bound = await bindOutside(ctx, record, authorOf(by), call.signal);
      return { ...recordWritten(committed, record), written: bound };
    }, call.signal),
  );
}

/** Throws the refusal `permission_denied`. */
function mayCreate(ctx: IssuerContext, by: Administrator, { fqn, packages, image, state }: JobBody, egress: boolean): void {
  mayDo(ctx, by, { verb: 'create', resource: fqn });
  if (state === 'started') mayDo(ctx, by, { verb: 'start', resource: fqn });
  for (const name of packages) for (const verb of ['read', 'use']) mayDo(ctx, by, { verb, resource: name });
  if (image !== '') mayRunImage(ctx, by, fqn, image);
  if (!egress) return;
  mayDo(ctx, by, { verb: 'bind', resource: fqn, context: { service: OUTSIDE_SERVICE } });
  mayDo(ctx, by, { verb: 'bind', resource: OUTSIDE_SERVICE, context: { job: fqn } });
}

function bodyOf(ctx: IssuerContext, request: workload.CreateJobRequest, by: Administrator): JobBody {
  const { fqn, packages, image, tags } = request;
  const state = request.state === '' ? 'started' : request.state;
  const numInstances = request.numInstances ?? 1;
  const problem = fqnProblem('fqn', fqn, 'job') ?? jobProblem({ state, numInstances, tags }) ?? packagesProblem(packages);
  if (problem !== undefined) throw new Refusal('invalid_argument', problem);
  if (isPipelineName(parseFqn(fqn) ?? { local: '' })) throw new Refusal('invalid_argument', 'fqn must not end as the name of a pipeline does: /http/ and 8 hex digits');
  if (image.length > MAX_IMAGE) throw new Refusal('invalid_argument', `image_url must have at most ${MAX_IMAGE} characters`);
  const createTime = formatTime(instantOf(ctx.world.clock.now()));
  return { fqn, state: state as JobState, numInstances, packages, tags, image, pipelineOf: '', createdBy: authorOf(by), createTime };
}

function packagesProblem(packages: readonly string[]): string | undefined {
  for (const [at, name] of packages.entries()) {
    const problem = fqnProblem(`packages[${at}]`, name, 'package');
    if (problem !== undefined) return problem;
    if (!SYSTEM_PACKAGES.some(({ fqn }) => fqn === name)) return `packages[${at}] must be a package that exists: see /v1/packages`;
  }
  return undefined;
}

async function bindOutside(ctx: IssuerContext, { id, body }: LiveRecord<'job'>, createdBy: string, signal: AbortSignal): Promise<issuer.Written> {
  await serviceNamed(ctx, OUTSIDE_SERVICE, signal);
  const name = defaultBindingName(body.fqn, OUTSIDE_SERVICE);
  const { createTime } = body;
  const binding: BindingBody = { secret: null, name, job: body.fqn, service: OUTSIDE_SERVICE, provider: '', parameters: '{}', pipelineId: '', createdBy, createTime };
  const key = { kind: 'binding', id: `${bindingPrefix(id)}${freshUuid(ctx)}`, scope: 'global' } as const;
  const { index, freshness } = await commit(ctx, { ...key, deleted: false, body: binding, ...envelope(ctx) }, { key: NO_REVISION }, signal);
  return { index, freshness };
}
