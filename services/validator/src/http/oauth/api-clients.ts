import type { oauth } from '@mintmark/contract';
import { Refusal, TEMPORARY_EXPIRATION_S } from '@mintmark/domain';
import { api, bodyOf, type Operation } from '@mintmark/kit/http';
import type { OrganizationEntry } from '@mintmark/oauth';
import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { type JsonObject, objectOf, textOf } from '../json-body.ts';
import { notForYou, readerOf } from '../people/reader.ts';
import { writtenEntry } from '../people/records.ts';
import { type Answer, type Exchange, idOf, serve } from '../people/serve.ts';
import { type ClientAdministrator, clientAdministrator } from './administrator.ts';
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
  const { account = by.account } = exchange.request.query as { readonly account?: string | readonly string[] };
  if (typeof account === 'object') throw new Refusal('invalid_argument', 'account must be given once');
  const { shown } = ctx.oauth.tokens;
  if (by.account !== undefined && shown.organizationCalled(by.account) !== shown.organizationCalled(account ?? '')) {
    await by.mayRead(shown.organizationCalled(by.account), ['']);
    throw notForYou();
  }
  if (account !== undefined) return { status: 200, json: await readableIn(ctx, by, shown.organizationCalled(account)) };
  if (shown.organizations.length === 0) await readerOf(ctx, exchange);
  const each = await Promise.all(shown.organizations.map((organization) => readableIn(ctx, by, organization).catch(nothingFor)));
  if (shown.organizations.length > 0 && each.every((clients) => clients === undefined)) throw notForYou();
  return { status: 200, json: each.flatMap((clients) => clients ?? []) };
}

/** What somebody may read of one account's clients. Refuses whoever may read none there at all, and says of an account that does not exist only to whoever may read any. */
async function readableIn(ctx: ValidatorContext, by: ClientAdministrator, organization: OrganizationEntry | undefined): Promise<readonly object[]> {
  const clients = organization === undefined ? [] : ctx.oauth.tokens.shown.clientsOf(organization.record.id).toSorted((a, b) => (a.record.body.name < b.record.body.name ? -1 : 1));
  const [whole = false, ...each] = await by.mayRead(organization, ['', ...clients.map(({ record }) => record.body.name)]);
  const readable = clients.filter((_, at) => each[at]);
  if (!whole && readable.length === 0) throw notForYou();
  if (organization === undefined) throw new Refusal('not_found', 'there is no such account');
  return readable.map((client) => clientJson(client, organization, ctx.world.clock.now()));
}

function nothingFor(error: unknown): undefined {
  if (error instanceof Refusal && error.code === 'permission_denied') return undefined;
  throw error;
}

async function read(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  await known(ctx, exchange.signal);
  const by = await clientAdministrator(ctx, exchange);
  const { shown } = ctx.oauth.tokens;
  const client = shown.client(idOf(exchange));
  const own = client === undefined ? undefined : shown.organization(client.record.body.organization);
  // For a person what is not of the account that it has named does not exist.
  const account = by.account === undefined ? own : shown.organizationCalled(by.account);
  const found = client !== undefined && own !== undefined && account?.record.id === own.record.id;
  if (!(await by.mayRead(account, [found ? client.record.body.name : '']))[0]) throw notForYou();
  if (!found) throw new Refusal('not_found', 'there is no API client of this id');
  return { status: 200, json: clientJson(client, own, ctx.world.clock.now()) };
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
  const by = await clientAdministrator(ctx, exchange);
  const client = clientIn(objectOf(bodyOf(exchange.request)));
  return written(ctx, 200, await ctx.oauth.issuer.updateClient({ id: idOf(exchange), client, source: exchange.request.ip }, by.call));
}

async function remove(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const by = await clientAdministrator(ctx, exchange);
  const { freshness } = await ctx.oauth.issuer.deleteClient({ id: idOf(exchange), source: exchange.request.ip }, by.call);
  return { status: 204, freshness };
}

async function createSecret(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const by = await clientAdministrator(ctx, exchange);
  const revokeOthers = flagOf(membersOf(exchange, ['revokeOthers']), 'revokeOthers') ?? false;
  return written(ctx, 200, await ctx.oauth.issuer.createClientSecret({ id: idOf(exchange), revokeOthers, source: exchange.request.ip }, by.call));
}

async function deleteSecret(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const by = await clientAdministrator(ctx, exchange);
  return written(ctx, 200, await ctx.oauth.issuer.deleteClientSecret({ id: idOf(exchange), source: exchange.request.ip }, by.call));
}

async function createTemporaryToken(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const by = await clientAdministrator(ctx, exchange);
  const { expirationSeconds = TEMPORARY_EXPIRATION_S } = membersOf(exchange, ['expirationSeconds']);
  if (!Number.isSafeInteger(expirationSeconds) || (expirationSeconds as number) < 1) {
    throw new Refusal('invalid_argument', 'expirationSeconds must be a whole number of seconds, at least 1');
  }
  const asked = { id: idOf(exchange), expirationSeconds: expirationSeconds as number, source: exchange.request.ip };
  const { accessToken, expiresIn, written: at } = await ctx.oauth.issuer.createTemporaryToken(asked, by.call);
  return { status: 200, json: { access_token: accessToken, expires_in: expiresIn }, freshness: at?.freshness };
}

async function revokeTemporaryToken(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const by = await clientAdministrator(ctx, exchange);
  membersOf(exchange, []);
  const { freshness } = await ctx.oauth.issuer.revokeTemporaryToken({ id: idOf(exchange), source: exchange.request.ip }, by.call);
  return { status: 204, freshness };
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

async function known(ctx: ValidatorContext, signal: AbortSignal): Promise<void> {
  if (!(await ctx.oauth.memory.current(signal))) throw new Refusal('unavailable', 'the region cannot tell its clients now', { retryAfterMs: 1_000 });
}
