import type { LiveEntry } from '@mintmark/domain';
import { bodyOf } from '@mintmark/kit/http';
import { flagOf, objectOf, textOf } from '../json-body.ts';
import { allOf, writtenEntry } from '../people/records.ts';
import { type Asked, callOf, felt, mayRead, readable, type Route, uuidOf } from './asked.ts';
import { parametersIn } from './services.ts';
import { bindingJson, bindingUuid } from './shapes.ts';
import { workloadApi } from '../api.ts';

/** Bindings of jobs to services (seed systems, 1.1 rows 17, 24). Whoever may read the job may read its bindings; no answer but the first shows a credential. */
export function registerBindings(route: Route): void {
  route('GET', '/v1/bindings', workloadApi('Bindings of jobs that the caller may read', { gives: 'object[]' }), list);
  route('POST', '/v1/bindings', workloadApi('Bind a job to a service; a credential is shown this once', { body: { job_fqn: 'string', service_fqn: 'string', 'name?': 'string', 'parameters?': 'object' } }), bind);
  route('GET', '/v1/bindings/:uuid', workloadApi('Read a binding'), read);
  route('POST', '/v1/unbind', workloadApi('Take a binding away', { body: { job: 'string', service: 'string', 'name?': 'string', 'force?': 'boolean' } }), unbind);
}

async function list(asked: Asked): Promise<unknown> {
  const found: unknown[] = [];
  for await (const binding of allOf(asked.ctx.view, 'binding', asked.signal)) if (mayRead(asked, binding.record.body.job)) found.push(bindingJson(binding));
  return found;
}

async function read(asked: Asked): Promise<unknown> {
  return bindingJson(readable(asked, 'binding', await stored(asked), ({ record }) => record.body.job));
}

async function bind(asked: Asked): Promise<unknown> {
  const body = objectOf(bodyOf(asked.request));
  const request = { job: textOf(body, 'job_fqn'), service: textOf(body, 'service_fqn'), name: textOf(body, 'name', ''), parameters: parametersIn(body.parameters) };
  const { secret, ...answer } = await asked.ctx.workload.issuer.bind(request, callOf(asked));
  felt(asked, answer.written);
  return { ...bindingJson(writtenEntry('binding', answer)), ...(secret === '' ? {} : { credential: secret }) };
}

async function unbind(asked: Asked): Promise<unknown> {
  const body = objectOf(bodyOf(asked.request));
  flagOf(body, 'force');
  const request = { job: textOf(body, 'job'), service: textOf(body, 'service'), name: textOf(body, 'name', '') };
  felt(asked, await asked.ctx.workload.issuer.unbind(request, callOf(asked)));
  return { job: request.job, service: request.service };
}

async function stored(asked: Asked): Promise<LiveEntry<'binding'> | undefined> {
  const uuid = uuidOf(asked);
  for await (const binding of allOf(asked.ctx.view, 'binding', asked.signal)) if (bindingUuid(binding.record.id) === uuid) return binding;
  return undefined;
}
