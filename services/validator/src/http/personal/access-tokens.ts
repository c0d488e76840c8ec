import type { people } from '@mintmark/contract';
import { instantOf, type LiveEntry, mayManage, Refusal } from '@mintmark/domain';
import { bodyOf } from '@mintmark/kit/http';
import type { ValidatorContext } from '../../context.ts';
import type { DirectoryCopy } from '../../core/people/directory.ts';
import { flagOf, type JsonObject, objectOf, textOf } from '../json-body.ts';
import { allOf, writtenEntry } from '../people/records.ts';
import { type Answer, type Exchange, idOf } from '../people/serve.ts';
import { personalCall, personIn } from './caller.ts';
import { personalTokenJson } from './token-json.ts';
import { personalApi } from '../api.ts';

type Token = LiveEntry<'personal_token'>;

const MADE = { name: 'string', expiry: 'string', 'dynamicAccess?': 'boolean', 'organizations?': 'string[]', role: 'string', 'idleExpirySeconds?': 'integer', 'networks?': 'string[]' } as const;

export const CREATE_API = personalApi('Create an access token of whoever asks; its secret is shown this once', { body: MADE, status: 201 });
export const LIST_API = personalApi('Access tokens that the caller may see', { gives: 'object[]' });
export const READ_API = personalApi('Read an access token');
export const REVOKE_API = personalApi('Revoke an access token');

/** `POST /api/v3/accessToken`: 201 with the token's secret, which is shown this once. */
export async function createAccessToken(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const call = personalCall(exchange);
  const asked = tokenIn(objectOf(bodyOf(exchange.request)));
  const { secret, ...written } = await ctx.people.createPersonalToken({ ...asked, source: exchange.request.ip }, call);
  const json = shown(ctx, writtenEntry('personal_token', written), await directoryOf(ctx, exchange));
  return { status: 201, json: { ...json, token: secret }, freshness: written.written?.freshness };
}

/** `GET /api/v3/accessToken`: those of the caller, and those associated with organizations that the caller controls. */
export async function listAccessTokens(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const caller = await personIn(ctx, exchange);
  const directory = await directoryOf(ctx, exchange);
  const json: unknown[] = [];
  for await (const token of allOf(ctx.view, 'personal_token', exchange.signal)) if (maySee(directory, caller, token)) json.push(shown(ctx, token, directory));
  return { status: 200, json };
}

/** `GET /api/v3/accessToken/{id}`. What is not for the caller to see does not exist. */
export async function readAccessToken(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const caller = await personIn(ctx, exchange);
  const directory = await directoryOf(ctx, exchange);
  const { value } = await ctx.view.get('personal_token', idOf(exchange), { signal: exchange.signal });
  if (value === undefined || !maySee(directory, caller, value)) throw new Refusal('not_found', 'there is no access token of this id');
  return { status: 200, json: shown(ctx, value, directory) };
}

/** `POST /api/v3/accessToken/{id}/revoke`. */
export async function revokeAccessToken(ctx: ValidatorContext, exchange: Exchange): Promise<Answer> {
  const written = await ctx.people.revokePersonalToken({ id: idOf(exchange), source: exchange.request.ip }, personalCall(exchange));
  const json = shown(ctx, writtenEntry('personal_token', written), await directoryOf(ctx, exchange));
  return { status: 200, json, freshness: written.written?.freshness };
}

function tokenIn(body: JsonObject) {
  return {
    name: textOf(body, 'name'),
    expiry: textOf(body, 'expiry'),
    dynamicAccess: flagOf(body, 'dynamicAccess'),
    organizations: textsOf(body, 'organizations'),
    role: textOf(body, 'role'),
    idleExpirySeconds: countOf(body, 'idleExpirySeconds'),
    networks: textsOf(body, 'networks'),
  };
}

function textsOf(body: JsonObject, name: string): string[] {
  const { [name]: value = [] } = body;
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value;
  throw new Refusal('invalid_argument', `${name} must be a list of strings`);
}

function countOf(body: JsonObject, name: string): number {
  const { [name]: value = 0 } = body;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new Refusal('invalid_argument', `${name} must be a whole number, 0 or greater`);
}

function maySee(directory: DirectoryCopy, caller: people.IdentifyPersonResponse, { record: { body } }: Token): boolean {
  const standing = directory.userOf(caller.user);
  return standing !== undefined && mayManage(body, { ...caller, standing }, directory.userOf(body.user), (id) => directory.parents.get(id) ?? '');
}

function shown(ctx: ValidatorContext, token: Token, directory: DirectoryCopy) {
  return personalTokenJson(token, directory, instantOf(ctx.world.clock.now()));
}

async function directoryOf(ctx: ValidatorContext, { signal }: Exchange): Promise<DirectoryCopy> {
  if (await ctx.persons.current.current(signal)) return ctx.persons.directory.shown;
  throw new Refusal('unavailable', 'the region cannot tell who belongs where now', { retryAfterMs: 1_000 });
}
