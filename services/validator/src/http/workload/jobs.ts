import { bindingPrefix, type LiveEntry, Refusal } from '@mintmark/domain';
import { bodyOf } from '@mintmark/kit/http';
import { flagOf, type JsonObject, objectOf, textOf } from '../json-body.ts';
import { allOf, writtenEntry } from '../people/records.ts';
import { type Asked, callOf, felt, mayRead, readable, type Route, uuidOf } from './asked.ts';
import { notImplemented } from './api-error.ts';
import { FILTERS, jobFilterOf } from './job-filters.ts';
import { jobJson } from './shapes.ts';
import { workloadApi } from '../api.ts';

type Job = LiveEntry<'job'>;
type Binding = LiveEntry<'binding'>;

const JOB = { fqn: 'string', 'state?': 'string', 'num_instances?': 'integer', 'packages?': 'any', 'tags?': 'object' } as const;

/** Jobs (seed systems, 1.1 rows 18, 19): records alone, nothing is run. */
export function registerJobs(route: Route): void {
  route('GET', '/v1/jobs', workloadApi('Jobs that the caller may read', { query: FILTERS, gives: 'object[]' }), list);
  route('POST', '/v1/jobs', workloadApi('Record a job', { body: JOB }), create);
  route('POST', '/v1/jobs/docker', workloadApi('Record a job of a Docker image', { body: { image_url: 'string', job_fqn: 'string', 'start?': 'boolean', 'allow_egress?': 'boolean' } }), createFromImage);
  route('GET', '/v1/jobs/:uuid', workloadApi('Read a job'), read);
  route('PUT', '/v1/jobs/:uuid', workloadApi('Change a job', { body: { 'fqn?': 'string', 'state?': 'string', 'num_instances?': 'integer', 'tags?': 'object' } }), update);
  route('DELETE', '/v1/jobs/:uuid', workloadApi('Delete a job, its bindings and its tokens'), remove);
  route('POST', '/v1/jobs/:uuid/connect', workloadApi('Always 501: nothing is run, so there is no shell', { status: 501 }), connect);
  route('GET', '/v1/tasks/:uuid', workloadApi('How recording a job has gone'), readTask);
}

async function list(asked: Asked): Promise<unknown> {
  const { matches, page, count } = jobFilterOf(asked.request);
  const bindings = new Map<string, Binding[]>();
  for await (const binding of allOf(asked.ctx.view, 'binding', asked.signal)) {
    const [jobId = ''] = binding.record.id.split('.');
    bindings.set(jobId, [...(bindings.get(jobId) ?? []), binding]);
  }
  const found: unknown[] = [];
  const [from, to] = count === undefined ? [0, Number.POSITIVE_INFINITY] : [(page - 1) * count, page * count];
  let at = 0;
  for await (const job of allOf(asked.ctx.view, 'job', asked.signal)) {
    const own = bindings.get(job.record.id) ?? [];
    if (!matches(job, own) || !mayRead(asked, job.record.body.fqn)) continue;
    if (at >= from && at < to) found.push(jobJson(job, own));
    at += 1;
  }
  return found;
}

async function read(asked: Asked): Promise<unknown> {
  return shown(asked, await stored(asked));
}

async function create(asked: Asked): Promise<unknown> {
  const body = objectOf(bodyOf(asked.request));
  return shown(asked, await written(asked, body, ''));
}

/** Records a job from a Docker image, where `docker.allow` permits the image. The task is done when it is answered. */
async function createFromImage(asked: Asked): Promise<unknown> {
  const body = objectOf(bodyOf(asked.request));
  const image = textOf(body, 'image_url');
  if (!/^https?:\/\/[^\s"]+$/.test(image)) throw new Refusal('invalid_argument', 'image_url must be an http or https address');
  const job = await written(asked, { ...body, fqn: textOf(body, 'job_fqn') }, image);
  return { location: `/v1/tasks/${job.record.id}`, job_uuid: job.record.id };
}

async function written(asked: Asked, body: JsonObject, image: string): Promise<Job> {
  const started = body.start === undefined ? '' : flagOf(body, 'start') ? 'started' : 'created';
  const request = {
    fqn: textOf(body, 'fqn'),
    state: textOf(body, 'state', started),
    numInstances: numberIn(body, 'num_instances'),
    packages: packagesIn(body),
    tags: tagsIn(body),
    image,
    egress: flagOf(body, 'allow_egress'),
  };
  const answer = await asked.ctx.workload.issuer.createJob(request, callOf(asked));
  felt(asked, answer.written);
  return writtenEntry('job', answer);
}

async function update(asked: Asked): Promise<unknown> {
  const body = objectOf(bodyOf(asked.request));
  const job = await stored(asked);
  if (textOf(body, 'fqn', job.record.body.fqn) !== job.record.body.fqn) throw new Refusal('invalid_argument', 'fqn must be that of the job: jobs are not renamed');
  const state = body.state === undefined ? undefined : textOf(body, 'state');
  const request = { id: job.record.id, state, numInstances: numberIn(body, 'num_instances'), tags: tagsIn(body), tagsPresent: body.tags !== undefined };
  const answer = await asked.ctx.workload.issuer.updateJob(request, callOf(asked));
  felt(asked, answer.written);
  return shown(asked, writtenEntry('job', answer));
}

async function remove(asked: Asked): Promise<unknown> {
  const id = uuidOf(asked);
  felt(asked, await asked.ctx.workload.issuer.deleteJob({ id }, callOf(asked)));
  return { uuid: id };
}

/** Jobs are records: whoever may read one is told that there is nothing to connect to. */
async function connect(asked: Asked): Promise<unknown> {
  const { record } = await stored(asked);
  return notImplemented(asked.reply, `"${record.body.fqn}" is a record and not run here: there is nothing to connect to`);
}

async function readTask(asked: Asked): Promise<unknown> {
  const { record } = await stored(asked);
  return { uuid: record.id, state: 'complete', job_uuid: record.id, job_fqn: record.body.fqn };
}

async function shown({ ctx, signal }: Asked, job: Job): Promise<unknown> {
  const bindings: Binding[] = [];
  for await (const binding of allOf(ctx.view, 'binding', signal, bindingPrefix(job.record.id))) bindings.push(binding);
  return jobJson(job, bindings);
}

async function stored(asked: Asked): Promise<Job> {
  const { value } = await asked.ctx.view.get('job', uuidOf(asked), { signal: asked.signal });
  return readable(asked, 'job', value, ({ record }) => record.body.fqn);
}

function numberIn(body: JsonObject, name: string): number | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || (value as number) < 0) throw new Refusal('invalid_argument', `${name} must be a whole number, 0 or greater`);
  return value as number;
}

function packagesIn({ packages = [] }: JsonObject): string[] {
  if (!Array.isArray(packages)) throw new Refusal('invalid_argument', 'packages must be a list of names or of {"fqn"}');
  return packages.map((given: unknown, at) => (typeof given === 'string' ? given : textOf(objectOf(given, `packages[${at}]`), 'fqn')));
}

function tagsIn(body: JsonObject): Record<string, string> {
  const tags = objectOf(body.tags, 'tags');
  return Object.fromEntries(Object.keys(tags).map((name) => [name, textOf({ [name]: tags[name] }, name)]));
}
