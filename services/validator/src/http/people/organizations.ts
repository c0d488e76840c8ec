import { type LiveEntry, organizationResource, Refusal } from '@mintmark/domain';
import { api, bodyOf } from '@mintmark/kit/http';
import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { type JsonObject, objectOf, textOf } from '../json-body.ts';
import { type ListedKind, listAnswer } from './listing.ts';
import { notBeforeJson, notBeforeOf } from '../not-before.ts';
import { notForYou, readerOf } from './reader.ts';
import { writtenEntry } from './records.ts';
import { type Answer, type Exchange, idOf, serve, tokenCall } from './serve.ts';
import { PAGE_QUERY, peopleApi } from '../api.ts';

const ORGANIZATION = { name: 'string', alias: 'string', 'parent?': 'any', 'notBefore?': 'string' } as const;

/** `/v1/organizations`: accounts, organizations and tenants, three names of one thing. */
export function registerOrganizations(app: FastifyInstance, ctx: ValidatorContext): void {
  app.get('/v1/organizations', api(peopleApi('Organizations that the caller may read', { query: PAGE_QUERY, gives: 'object[]' })), (request, reply) => serve(request, reply, (exchange) => list(ctx, exchange)));
  app.post('/v1/organizations', api(peopleApi('Create an organization', { body: ORGANIZATION, status: 201 })), (request, reply) => serve(request, reply, (exchange) => put(ctx, exchange, '', 201)));
  app.get('/v1/organizations/:id', api(peopleApi('Read an organization')), (request, reply) => serve(request, reply, (exchange) => read(ctx, exchange)));
  app.put('/v1/organizations/:id', api(peopleApi('Replace an organization', { body: ORGANIZATION })), (request, reply) => serve(request, reply, (exchange) => put(ctx, exchange, idOf(exchange), 200)));
  app.delete('/v1/organizations/:id', api(peopleApi('Delete an organization', { gives: 'none' })), (request, reply) => serve(request, reply, (exchange) => remove(ctx, exchange)));
}

async function list(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  return listAnswer(ctx, exchange, await readerOf(ctx, exchange), ORGANIZATIONS);
}

const ORGANIZATIONS: ListedKind<'organization'> = {
  kind: 'organization',
  show: organizationJson,
  row: (organization) => ({ ...organizationJson(organization), parent: organization.record.body.parent }),
  resource: (organization) => organizationResource(organization?.record.body.alias ?? ''),
  fields: {
    type: 'object',
    members: {
      id: { type: 'string' },
      name: { type: 'string' },
      alias: { type: 'string' },
      parent: { type: 'string' },
      notBefore: { type: 'time' },
      createTime: { type: 'time' },
      createIndex: { type: 'integer' },
      modifyIndex: { type: 'integer' },
    },
  },
};

async function read(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const reader = await readerOf(ctx, exchange);
  const id = idOf(exchange);
  const { value } = await ctx.view.get('organization', id, { signal: exchange.signal });
  if (!reader.mayRead(organizationResource(value?.record.body.alias ?? id))) throw notForYou();
  if (value === undefined) throw new Refusal('not_found', 'there is no organization of this id');
  return { status: 200, json: organizationJson(value) };
}

async function put(ctx: ValidatorContext, exchange: Exchange, id: string, status: number): Promise<Answer> {
  const organization = { id, ...organizationIn(objectOf(bodyOf(exchange.request))) };
  const written = await ctx.people.upsertOrganization({ organization }, tokenCall(exchange));
  return { status, json: organizationJson(writtenEntry('organization', written)), freshness: written.written?.freshness };
}

async function remove(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const { freshness } = await ctx.people.deleteOrganization({ id: idOf(exchange) }, tokenCall(exchange));
  return { status: 204, freshness };
}

function organizationIn(body: JsonObject) {
  const notBefore = notBeforeOf(body);
  const named = { name: textOf(body, 'name'), alias: textOf(body, 'alias'), parent: body.parent === null ? '' : textOf(body, 'parent', '') };
  return { ...named, ...(notBefore === undefined ? {} : { notBefore }) };
}

function organizationJson({ revision, record: { id, createIndex, body } }: LiveEntry<'organization'>) {
  const { name, alias, parent, notBefore, createTime } = body;
  return { id, name, alias, parent: parent === '' ? null : parent, notBefore: notBeforeJson(notBefore), createTime, createIndex, modifyIndex: revision };
}
