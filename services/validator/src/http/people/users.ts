import { type LiveEntry, Refusal, userResource } from '@mintmark/domain';
import { api, bodyOf } from '@mintmark/kit/http';
import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { flagOf, type JsonObject, objectOf, objectsOf, textOf } from '../json-body.ts';
import { type ListedKind, listAnswer } from './listing.ts';
import { notForYou, readerOf } from './reader.ts';
import { writtenEntry } from './records.ts';
import { type Answer, type Exchange, idOf, serve, tokenCall } from './serve.ts';
import { PAGE_QUERY, peopleApi } from '../api.ts';

const USER = { username: 'string', 'password?': 'any', 'organizations?': 'object[]', 'platformOperator?': 'boolean', 'disabled?': 'boolean' } as const;

/** `/v1/users`. No answer holds a password or its hash. */
export function registerUsers(app: FastifyInstance, ctx: ValidatorContext): void {
  app.get('/v1/users', api(peopleApi('Users that the caller may read', { query: PAGE_QUERY, gives: 'object[]' })), (request, reply) => serve(request, reply, (exchange) => list(ctx, exchange)));
  app.post('/v1/users', api(peopleApi('Create a user', { body: USER, status: 201 })), (request, reply) => serve(request, reply, (exchange) => put(ctx, exchange, '', 201)));
  app.get('/v1/users/:id', api(peopleApi('Read a user')), (request, reply) => serve(request, reply, (exchange) => read(ctx, exchange)));
  app.put('/v1/users/:id', api(peopleApi('Replace a user', { body: USER })), (request, reply) => serve(request, reply, (exchange) => put(ctx, exchange, idOf(exchange), 200)));
  app.delete('/v1/users/:id', api(peopleApi('Delete a user', { gives: 'none' })), (request, reply) => serve(request, reply, (exchange) => remove(ctx, exchange)));
}

async function list(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  return listAnswer(ctx, exchange, await readerOf(ctx, exchange), USERS);
}

const USERS: ListedKind<'user'> = {
  kind: 'user',
  show: userJson,
  resource: (user) => userResource(user?.record.body.username ?? ''),
  fields: {
    type: 'object',
    members: {
      id: { type: 'string' },
      username: { type: 'string' },
      hasPassword: { type: 'bool' },
      organizations: { type: 'list', of: { type: 'object', members: { organization: { type: 'string' }, role: { type: 'string' } } } },
      platformOperator: { type: 'bool' },
      disabled: { type: 'bool' },
      createTime: { type: 'time' },
      createIndex: { type: 'integer' },
      modifyIndex: { type: 'integer' },
    },
  },
};

async function read(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const reader = await readerOf(ctx, exchange);
  const id = idOf(exchange);
  const { value } = await ctx.view.get('user', id, { signal: exchange.signal });
  if (!reader.mayRead(userResource(value?.record.body.username ?? id))) throw notForYou();
  if (value === undefined) throw new Refusal('not_found', 'there is no user of this id');
  return { status: 200, json: userJson(value) };
}

async function put(ctx: ValidatorContext, exchange: Exchange, id: string, status: number): Promise<Answer> {
  const user = { id, ...userIn(objectOf(bodyOf(exchange.request))) };
  const written = await ctx.people.upsertUser({ user }, tokenCall(exchange));
  return { status, json: userJson(writtenEntry('user', written)), freshness: written.written?.freshness };
}

async function remove(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const { freshness } = await ctx.people.deleteUser({ id: idOf(exchange) }, tokenCall(exchange));
  return { status: 204, freshness };
}

/** `"password": null` takes the password away. */
function userIn(body: JsonObject) {
  return {
    username: textOf(body, 'username'),
    password: body.password === undefined || body.password === null ? undefined : textOf(body, 'password'),
    noPassword: body.password === null,
    organizations: objectsOf(body, 'organizations').map((member, at) => ({
      organization: textOf(member, `organizations[${at}].organization`),
      role: textOf(member, `organizations[${at}].role`),
    })),
    platformOperator: flagOf(body, 'platformOperator'),
    disabled: flagOf(body, 'disabled'),
  };
}

function userJson({ revision, record: { id, createIndex, body } }: LiveEntry<'user'>) {
  const { username, passwordHash, organizations, platformOperator, disabled, createTime } = body;
  const shown = organizations.map(({ organization, role }) => ({ organization, role }));
  return { id, username, hasPassword: passwordHash !== '', organizations: shown, platformOperator, disabled, createTime, createIndex, modifyIndex: revision };
}
