import type { issuer, workload } from '@mintmark/contract';
import {
  type BindingBody,
  bindingPrefix,
  defaultBindingName,
  digestOf,
  formatTime,
  fqnProblem,
  HTTP_SERVICE,
  instantOf,
  type JobBody,
  type LiveEntry,
  type LiveRecord,
  NO_REVISION,
  pipelineName,
  Refusal,
} from '@mintmark/domain';
import { mintSecret } from '@mintmark/keys/secrets';
import type { IssuerContext } from '../../context.ts';
import type { Administrator, IssuerCall } from '../../core/call.ts';
import { commit, decide, headShown } from '../../core/commit.ts';
import { mayWrite } from '../../core/guards.ts';
import { envelope, freshUuid } from '../../core/mint.ts';
import { recordWritten } from '../../core/people/written.ts';
import { decidedByAuthority } from '../../core/workload/authority.ts';
import { authorOf, mayDo, workloadCaller } from '../../core/workload/caller.ts';
import { bindingsOf, jobNamed, serviceNamed } from '../../core/workload/records.ts';

/** Kind in the text of a binding's credential. */
export const BINDING_SECRET = 'bind';
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_./@-]{0,255}$/;
const SUFFIX_BYTES = 4;

/** Binds a job to a service, as both permit (seed systems 1.3 rule 4). Always decided by the authority. */
export async function bind(ctx: IssuerContext, request: workload.BindRequest, call: IssuerCall): Promise<issuer.SecretWritten> {
  return decidedByAuthority(ctx, call, { there: (authority) => authority.bind(request, call), here: () => bindHere(ctx, request, call) });
}

async function bindHere(ctx: IssuerContext, request: workload.BindRequest, call: IssuerCall): Promise<issuer.SecretWritten> {
  const by = await workloadCaller(ctx, call);
  mayWrite(by.token, 'global');
  const { job: jobFqn, service: serviceFqn } = request;
  const name = request.name === '' ? defaultBindingName(jobFqn, serviceFqn) : request.name;
  const problem = fqnProblem('job_fqn', jobFqn, 'job') ?? fqnProblem('service_fqn', serviceFqn, 'service');
  if (problem !== undefined) throw new Refusal('invalid_argument', problem);
  if (!NAME.test(name)) throw new Refusal('invalid_argument', 'name must be 1 to 256 letters, digits, "_", ".", "/", "@" or "-"');
  mayDo(ctx, by, { verb: 'bind', resource: jobFqn, context: { service: serviceFqn } });
  mayDo(ctx, by, { verb: 'bind', resource: serviceFqn, context: { job: jobFqn } });
  return decide(ctx, call.signal, () =>
    ctx.wholeLog.decide(async () => {
      const head = await headShown(ctx, call.signal);
      const job = await jobNamed(ctx, jobFqn, call.signal);
      const service = await serviceNamed(ctx, serviceFqn, call.signal);
      if (job.record.body.pipelineOf !== '') throw new Refusal('invalid_argument', 'job_fqn must not be that of a pipeline');
      await mustBeNew(ctx, job, name, call.signal);
      const bound = await write(ctx, { job, service, name, by, parameters: request.parameters }, head, call.signal);
      ctx.events.workloadWritten({ requestId: call.requestId, kind: 'binding', id: bound.record?.id ?? '', by: by.subject, index: bound.modifyIndex, change: 'created' });
      return bound;
    }, call.signal),
  );
}

async function mustBeNew(ctx: IssuerContext, { record }: LiveEntry<'job'>, name: string, signal: AbortSignal): Promise<void> {
  const bindings = await bindingsOf(ctx, record.id, signal);
  if (bindings.some((binding) => binding.record.body.name === name)) throw new Refusal('already_exists', `the job has a binding ${JSON.stringify(name)}: unbind it, or choose another name`);
}

interface NewBinding {
  readonly job: LiveEntry<'job'>;
  readonly service: LiveEntry<'service'>;
  readonly name: string;
  readonly by: Administrator;
  readonly parameters: string;
}

/** The binding first: whoever is cut off before its pipeline is there finds the binding, and ends it. */
async function write(ctx: IssuerContext, made: NewBinding, head: Parameters<typeof mintSecret>[0]['index'], signal: AbortSignal): Promise<issuer.SecretWritten> {
  const { job, service, name, by, parameters } = made;
  const piped = service.record.body.fqn === HTTP_SERVICE;
  const secret = piped ? mintSecret({ kind: BINDING_SECRET, region: ctx.region, index: head }, (count) => ctx.world.random.bytes(count)) : '';
  const createTime = formatTime(instantOf(ctx.world.clock.now()));
  const createdBy = authorOf(by);
  const body: BindingBody = {
    secret: piped ? { digest: digestOf(secret), sealed: new Uint8Array() } : null,
    name,
    job: job.record.body.fqn,
    service: service.record.body.fqn,
    provider: service.record.body.providerFqn,
    parameters,
    pipelineId: piped ? freshUuid(ctx) : '',
    createdBy,
    createTime,
  };
  const id = `${bindingPrefix(job.record.id)}${freshUuid(ctx)}`;
  const record: LiveRecord<'binding'> = { kind: 'binding', id, scope: 'global', deleted: false, body, ...envelope(ctx) };
  const committed = await commit(ctx, record, { head }, signal);
  const written = recordWritten(committed, record);
  if (!piped) return { ...written, secret };
  const { index, freshness } = await commit(ctx, pipeline(ctx, body, { createdBy, createTime }), { key: NO_REVISION }, signal);
  return { ...written, written: { index, freshness }, secret };
}

function pipeline(ctx: IssuerContext, { pipelineId, job }: BindingBody, made: Pick<JobBody, 'createdBy' | 'createTime'>): LiveRecord<'job'> {
  const fqn = pipelineName(job, Buffer.from(ctx.world.random.bytes(SUFFIX_BYTES)).toString('hex'));
  const body: JobBody = { fqn, state: 'started', numInstances: 1, packages: [], tags: {}, image: '', pipelineOf: job, ...made };
  return { kind: 'job', id: pipelineId, scope: 'global', deleted: false, body, ...envelope(ctx) };
}
