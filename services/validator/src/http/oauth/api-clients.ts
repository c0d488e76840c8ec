import type { oauth } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import { api, bodyOf, type Operation } from '@mintmark/kit/http';
import type { ClientEntry, OrganizationEntry } from '@mintmark/oauth';
import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { type JsonObject, objectOf, textOf } from '../json-body.ts';
import { notForYou, readerOf } from '../people/reader.ts';
import { writtenEntry } from '../people/records.ts';
import { type Answer, type Exchange, idOf, serve } from '../people/serve.ts';
import { type ClientAdministrator, clientAdministrator, withinAccount } from './administrator.ts';
import { clientIn, clientJson, flagOf } from './client-json.ts';
import { clientsApi } from '../api.ts';

const ROOT = '/controller/api/rbac/v1/api-clients';
const LASTS = { 'expirationSeconds?': 'integer' } as const;
const CLIENT = { 'name?': 'string', 'description?': 'string', 'defaultExpirationSeconds?': 'integer', 'roles?': 'string[]', 'enabled?': 'boolean', 'dpop?': 'boolean' } as const;

/** `/controller/api/rbac/v1/api-clients`: API clients as administrators keep them (seed 2.1 number 14). */
export function registerApiClients(app: FastifyInstance, ctx: ValidatorContext): void {
  const route = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, operation: Operation, answer: (ctx: ValidatorContext, exchange: Exchange) => Promise<Answer>): void => {
    app.route({ method, url: `${ROOT}${path}`, ...api(operation), handler: (request, reply) => serve(request, reply, (exchange) => answer(ctx, exchange)) });
  };
  route('GET', '', clientsApi('API clients that the caller may read', { query: { account: 'those of this account alone' }, gives: 'object[]' }), list);
  route('POST', '', clientsApi('Create an API client; its secret is shown this once', { body: { ...CLIENT, name: 'string', 'account?': 'string' }, status: 201 }), create);
  route('GET', '/:id', clientsApi('Read an API client'), read);
  route('PUT', '/:id', clientsApi('Change an API client', { body: CLIENT }), update);
  route('DELETE', '/:id', clientsApi('Delete an API client and end its tokens', { gives: 'none' }), remove);
  route('POST', '/:id/secret', clientsApi('Create a new secret', { body: { 'revokeOthers?': 'boolean' } }), createSecret);
  route('DELETE', '/:id/secret', clientsApi('Delete the secrets'), deleteSecret);
  route('POST', '/:id/temporary-token', clientsApi('Create a temporary token', { body: LASTS }), createTemporaryToken);
  route('POST', '/:id/temporary-token/regenerate', clientsApi('Create another temporary token in place of the present one', { body: LASTS }), createTemporaryToken);
  route('POST', '/:id/temporary-token/revoke', clientsApi('Revoke the temporary tokens', { gives: 'none' }), revokeTemporaryToken);
}

async function list(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  await known(ctx, exchange.signal);
  const by = await clientAdministrator(ctx, exchange);
  const { account = by.account } = exchange.request.query as { readonly account?: string };
  const only = account === undefined ? undefined : ctx.oauth.tokens.shown.organizationCalled(account);
  if (account !== undefined && only === undefined) throw by.account === undefined ? new Refusal('not_found', 'there is no such account') : notForYou();
  if (only !== undefined) withinAccount(ctx, by, only);
  const accounts = only === undefined ? ctx.oauth.tokens.shown.organizations : [only];
  if (accounts.length === 0) {
    await readerOf(ctx, exchange);
    return { status: 200, json: [] };
  }
  const readable = await Promise.all(accounts.map((organization) => readableIn(ctx, by, organization)));
  if (!readable.some(({ any }) => any)) throw notForYou();
  return { status: 200, json: readable.flatMap(({ clients }) => clients) };
}

/** What somebody may read of one account's clients, and whether it may read clients there at all. */
async function readableIn(ctx: ValidatorContext, by: ClientAdministrator, organization: OrganizationEntry) {
  const clients = ctx.oauth.tokens.shown.clientsOf(organization.record.id).toSorted((a, b) => (a.record.body.name < b.record.body.name ? -1 : 1));
  const [whole = false, ...each] = await by.mayRead(organization, ['', ...clients.map(({ record }) => record.body.name)]);
  const shown = clients.filter((_, at) => each[at]).map((client) => clientJson(client, organization, ctx.world.clock.now()));
  return { clients: shown, any: whole || shown.length > 0 };
}

async function read(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  await known(ctx, exchange.signal);
  const by = await clientAdministrator(ctx, exchange);
  const { client, organization } = found(ctx, exchange);
  withinAccount(ctx, by, organization);
  if (!(await by.mayRead(organization, [client.record.body.name]))[0]) throw notForYou();
  return { status: 200, json: clientJson(client, organization, ctx.world.clock.now()) };
}

async function create(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const by = await clientAdministrator(ctx, exchange);
  const body = objectOf(bodyOf(exchange.request));
  const account = textOf(body, 'account', by.account ?? '');
  if (by.account !== undefined && account !== by.account) throw new Refusal('permission_denied', 'account must be the one that you have named in Authorization');
  const client = clientIn(body);
  if (client.name === undefined) throw new Refusal('invalid_argument', 'name must be given');
  return written(ctx, 201, await ctx.oauth.issuer.createClient({ account, client, source: exchange.request.ip }, by.call));
}

async function update(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const by = await administratorOfItem(ctx, exchange);
  const client = clientIn(objectOf(bodyOf(exchange.request)));
  return written(ctx, 200, await ctx.oauth.issuer.updateClient({ id: idOf(exchange), client, source: exchange.request.ip }, by.call));
}

async function remove(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const by = await administratorOfItem(ctx, exchange);
  const { freshness } = await ctx.oauth.issuer.deleteClient({ id: idOf(exchange), source: exchange.request.ip }, by.call);
  return { status: 204, freshness };
}

async function createSecret(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const by = await administratorOfItem(ctx, exchange);
  const revokeOthers = flagOf(membersOf(exchange, ['revokeOthers']), 'revokeOthers') ?? false;
  return written(ctx, 200, await ctx.oauth.issuer.createClientSecret({ id: idOf(exchange), revokeOthers, source: exchange.request.ip }, by.call));
}

async function deleteSecret(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const by = await administratorOfItem(ctx, exchange);
  return written(ctx, 200, await ctx.oauth.issuer.deleteClientSecret({ id: idOf(exchange), source: exchange.request.ip }, by.call));
}

async function createTemporaryToken(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const by = await administratorOfItem(ctx, exchange);
  const { expirationSeconds = 0 } = membersOf(exchange, ['expirationSeconds']);
  if (!Number.isSafeInteger(expirationSeconds) || (expirationSeconds as number) < 0) {
    throw new Refusal('invalid_argument', 'expirationSeconds must be a whole number of seconds');
  }
  const asked = { id: idOf(exchange), expirationSeconds: expirationSeconds as number, source: exchange.request.ip };
  const { accessToken, expiresIn, written: at } = await ctx.oauth.issuer.createTemporaryToken(asked, by.call);
  return { status: 200, json: { access_token: accessToken, expires_in: expiresIn }, freshness: at?.freshness };
}

async function revokeTemporaryToken(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const by = await administratorOfItem(ctx, exchange);
  membersOf(exchange, []);
  const { freshness } = await ctx.oauth.issuer.revokeTemporaryToken({ id: idOf(exchange), source: exchange.request.ip }, by.call);
  return { status: 204, freshness };
}

/** Whoever asks about the client of the path. One that this region has not seen yet may be the authority's: the issuer tells. */
async function administratorOfItem(ctx: ValidatorContext, exchange: Exchange): Promise<ClientAdministrator> {
  const by = await clientAdministrator(ctx, exchange);
  const client = ctx.oauth.tokens.shown.client(idOf(exchange));
  const organization = client === undefined ? undefined : ctx.oauth.tokens.shown.organization(client.record.body.organization);
  if (organization !== undefined) withinAccount(ctx, by, organization);
  return by;
}

/** The members of an optional body, which has no others. */
function membersOf(exchange: Exchange, names: readonly string[]): JsonObject {
  const body = objectOf(bodyOf(exchange.request));
  for (const name of Object.keys(body)) {
    if (!names.includes(name)) throw new Refusal('invalid_argument', `${JSON.stringify(name.slice(0, 64))} is not understood here${names.length === 0 ? '' : `; ${names.join(', ')} is`}`);
  }
  return body;
}

function written(ctx: ValidatorContext, status: number, answer: oauth.ClientWritten): Answer {
  const client = writtenEntry('api_client', answer);
  const organization = ctx.oauth.tokens.shown.organization(client.record.body.organization);
  if (organization === undefined) throw new Refusal('outcome_unknown', 'written, but this region does not show the account yet');
  const secret = answer.clientSecret === '' ? {} : { clientSecret: answer.clientSecret };
  return { status, json: { ...clientJson(client, organization, ctx.world.clock.now()), ...secret }, freshness: answer.written?.freshness };
}

interface Found {
  readonly client: ClientEntry;
  readonly organization: OrganizationEntry;
}

function found(ctx: ValidatorContext, exchange: Exchange): Found {
  const { shown } = ctx.oauth.tokens;
  const client = shown.client(idOf(exchange));
  const organization = client === undefined ? undefined : shown.organization(client.record.body.organization);
  if (client === undefined || organization === undefined) throw new Refusal('not_found', 'there is no API client of this id');
  return { client, organization };
}

async function known(ctx: ValidatorContext, signal: AbortSignal): Promise<void> {
  if (!(await ctx.oauth.memory.current(signal))) throw new Refusal('unavailable', 'the region cannot tell its clients now', { retryAfterMs: 1_000 });
}
