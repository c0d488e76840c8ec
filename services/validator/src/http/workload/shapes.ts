import { type LiveEntry, parseFqn, parseTime } from '@mintmark/domain';

type Binding = LiveEntry<'binding'>;

/** Unix seconds, as the dialect writes times. */
function unixTime(text: string): number {
  return Number((parseTime(text) ?? 0n) / 1_000_000_000n);
}

/** A job (seed systems, 1.1 row 19). */
export function jobJson({ revision, record: { id, body } }: LiveEntry<'job'>, bindings: readonly Binding[]) {
  const { namespace = '', local = '' } = parseFqn(body.fqn) ?? {};
  return {
    uuid: id,
    fqn: body.fqn,
    name: local,
    namespace,
    type: 'job',
    state: body.state,
    num_instances: body.numInstances,
    bindings: Object.fromEntries(bindings.map(({ record }) => [record.body.name, { uuid: bindingUuid(record.id), service_fqn: record.body.service }])),
    packages: body.packages.map((fqn) => ({ fqn })),
    tags: body.tags,
    docker_image: body.image,
    pipeline_of: body.pipelineOf,
    created_by: body.createdBy,
    created_at: unixTime(body.createTime),
    version_id: String(revision),
  };
}

/** A service (row 15). */
export function serviceJson({ record: { id, body } }: LiveEntry<'service'>) {
  const { fqn, providerFqn, type, description, parameters, createdBy, createTime } = body;
  return {
    uuid: id,
    fqn,
    name: parseFqn(fqn)?.local ?? '',
    provider_fqn: providerFqn,
    type,
    description,
    created_by: createdBy,
    created_at: unixTime(createTime),
    parameters: JSON.parse(parameters) as unknown,
  };
}

/** A binding (row 17). Its name among resources is that of its job's namespace. */
export function bindingJson({ record: { id, body } }: Binding) {
  const { name, job, service, provider, parameters, pipelineId, createdBy, createTime } = body;
  return {
    uuid: bindingUuid(id),
    name,
    fqn: `binding::${parseFqn(job)?.namespace ?? '/'}::${name}`,
    job_fqn: job,
    service_fqn: service,
    provider_fqn: provider,
    env_var: [variableOf(parseFqn(service)?.local ?? ''), variableOf(name)],
    target_job_fqn: '',
    target_job_uuid: '',
    pipeline_job_uuid: pipelineId,
    parameters: JSON.parse(parameters) as unknown,
    created_by: createdBy,
    created_at: unixTime(createTime),
  };
}

export function bindingUuid(id: string): string {
  return id.slice(id.indexOf('.') + 1);
}

/** Name of the variable that tells a job where a binding leads (row 26). */
function variableOf(name: string): string {
  return `${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_URI`;
}
