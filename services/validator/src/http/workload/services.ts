import { Refusal } from '@mintmark/domain';
import { bodyOf } from '@mintmark/kit/http';
import { objectOf, textOf } from '../json-body.ts';
import { allOf, writtenEntry } from '../people/records.ts';
import { type Asked, callOf, felt, mayRead, readable, type Route, uuidOf } from './asked.ts';
import { serviceJson } from './shapes.ts';
import { workloadApi } from '../api.ts';

/** Services (seed systems, 1.1 rows 15, 16). */
export function registerServices(route: Route): void {
  route('GET', '/v1/services', workloadApi('Services that the caller may read', { gives: 'object[]' }), list);
  route('POST', '/v1/services', workloadApi('Create a service', { body: { fqn: 'string', 'provider_fqn?': 'string', 'type?': 'string', 'description?': 'string', 'parameters?': 'object' } }), create);
  route('GET', '/v1/services/:uuid', workloadApi('Read a service'), read);
  route('DELETE', '/v1/services/:uuid', workloadApi('Delete a service'), remove);
}

async function list(asked: Asked): Promise<unknown> {
  const found: unknown[] = [];
  for await (const service of allOf(asked.ctx.view, 'service', asked.signal)) if (mayRead(asked, service.record.body.fqn)) found.push(serviceJson(service));
  return found;
}

async function read(asked: Asked): Promise<unknown> {
  const { value } = await asked.ctx.view.get('service', uuidOf(asked), { signal: asked.signal });
  return serviceJson(readable(asked, 'service', value, ({ record }) => record.body.fqn));
}

async function create(asked: Asked): Promise<unknown> {
  const body = objectOf(bodyOf(asked.request));
  const request = {
    fqn: textOf(body, 'fqn'),
    providerFqn: textOf(body, 'provider_fqn', ''),
    type: textOf(body, 'type', 'generic'),
    description: textOf(body, 'description', ''),
    parameters: parametersIn(body.parameters),
  };
  const answer = await asked.ctx.workload.issuer.createService(request, callOf(asked));
  felt(asked, answer.written);
  return serviceJson(writtenEntry('service', answer));
}

async function remove(asked: Asked): Promise<unknown> {
  const id = uuidOf(asked);
  felt(asked, await asked.ctx.workload.issuer.deleteService({ id }, callOf(asked)));
  return { uuid: id };
}

const MAX_PARAMETERS = 16_384;

/** JSON of the member `parameters`, which is an object. Throws the refusal `invalid_argument`. */
export function parametersIn(value: unknown): string {
  const text = JSON.stringify(objectOf(value, 'parameters'));
  if (text.length > MAX_PARAMETERS) throw new Refusal('invalid_argument', `parameters must be at most ${MAX_PARAMETERS} characters of JSON`);
  return text;
}
