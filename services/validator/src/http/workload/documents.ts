import { KEPT_POLICY_VERSIONS, type LiveEntry, type PolicyBody, policyVersionPrefix, type PolicyVersionBody, Refusal } from '@mintmark/domain';
import { check, decideEdit, type Diagnostic, knowsDocument, parse } from '@mintmark/policy';
import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { type JsonObject, objectOf, textOf } from '../json-body.ts';
import { DetailedRefusal } from './api-error.ts';
import { type Asked, callOf, routesOf } from './asked.ts';
import { workloadApi } from '../api.ts';

const PER_PAGE = 100;
/** Which sort of policy this surface is about. */
const APPLIES = 'everyone';

/**
 * The documents that apply to everybody (specs of the seed systems, 1.1 rows 10, 11, 32, 33): read and list what the caller may read, write what it may
 * change on every realm (1.3 rule 5), with the last texts of each.
 */
export function registerDocuments(app: FastifyInstance, ctx: ValidatorContext): void {
  const route = routesOf(app, ctx);
  route('GET', '/v1/policy', workloadApi('Policy documents that the caller may read', { gives: 'object[]' }), list);
  route('POST', '/v1/policy', workloadApi('Create a policy document', { body: { name: 'string', text: 'string', 'description?': 'string' } }), create);
  route('GET', '/v1/policy/:name', workloadApi('Read a policy document'), (asked) => read(asked, nameOf(asked)));
  route('PUT', '/v1/policy/:name', workloadApi('Replace a policy document', { body: { text: 'string', 'name?': 'string', 'description?': 'string' } }), (asked) => replace(asked, nameOf(asked)));
  route('DELETE', '/v1/policy/:name', workloadApi('Delete a policy document'), (asked) => remove(asked, nameOf(asked)));
  route('GET', '/v1/policy/:name/versions', workloadApi('Kept texts of a policy document', { gives: 'object[]' }), (asked) => listVersions(asked, nameOf(asked)));
  route('GET', '/v1/policy/:name/versions/:version', workloadApi('Read a kept text of a policy document'), (asked) => readVersion(asked, nameOf(asked)));
  route('POST', '/v1/policy/:name/restore', workloadApi('Bring back a kept text of a policy document', { body: { version: 'integer' } }), (asked) => restore(asked, nameOf(asked)));
}

function nameOf({ request }: Asked): string {
  return (request.params as { readonly name: string }).name;
}

async function list(asked: Asked): Promise<unknown> {
  const documents: unknown[] = [];
  let from: string | undefined;
  do {
    const query = { order: 'id', limit: PER_PAGE + 1, ...(from === undefined ? {} : { from }) } as const;
    const { value } = await asked.ctx.view.list('policy', query, { signal: asked.signal });
    for (const document of value.slice(0, PER_PAGE)) if (isShown(asked, document)) documents.push(shown(document.record.id, document.record.body));
    from = value[PER_PAGE]?.record.id;
  } while (from !== undefined);
  return documents;
}

async function read(asked: Asked, name: string): Promise<unknown> {
  return shown(name, (await readable(asked, name)).record.body);
}

async function create(asked: Asked): Promise<unknown> {
  const body = objectOf(asked.request.body);
  const name = textOf(body, 'name');
  if ((await stored(asked, name)) !== undefined) throw new Refusal('already_exists', `policy document ${JSON.stringify(name)} exists: use PUT to replace it`);
  return write(asked, name, body);
}

async function replace(asked: Asked, name: string): Promise<unknown> {
  const body = objectOf(asked.request.body);
  if (textOf(body, 'name', name) !== name) throw new Refusal('invalid_argument', 'name must be that of the path');
  return write(asked, name, body);
}

async function write({ ctx, request, signal }: Asked, name: string, body: JsonObject): Promise<unknown> {
  const text = textOf(body, 'text');
  const found = check(text);
  const errors = found.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new DetailedRefusal('invalid_argument', `text: ${errors.map(told).join('; ')}`, { diagnostics: errors });
  const policy = { name, description: textOf(body, 'description', ''), rules: text, jobAcl: undefined };
  await ctx.issuer.upsertPolicy({ policy, applies: APPLIES }, callOf({ request, signal }));
  return { name, text, warnings: found.map(told) };
}

async function remove(asked: Asked, name: string): Promise<unknown> {
  const document = await stored(asked, name);
  if (document === undefined || !isKnown(asked, document)) throw missing(name);
  await asked.ctx.issuer.deletePolicy({ name, applies: APPLIES }, callOf(asked));
  return { name };
}

async function listVersions(asked: Asked, name: string): Promise<unknown> {
  const texts = await versions(asked, name);
  return texts.map(({ rules: _, ...about }) => aboutText(about));
}

async function readVersion(asked: Asked, name: string): Promise<unknown> {
  const { version } = asked.request.params as { readonly version: string };
  const text = (await versions(asked, name)).find((one) => String(one.version) === version);
  if (text === undefined) throw new Refusal('not_found', `policy document ${JSON.stringify(name)} has no text ${version.slice(0, 20)}`);
  return { name, text: text.rules, ...aboutText(text) };
}

async function restore(asked: Asked, name: string): Promise<unknown> {
  const { version } = objectOf(asked.request.body);
  if (!Number.isInteger(version) || (version as number) < 1) throw new Refusal('invalid_argument', 'version must be a whole number, 1 or greater');
  await versions(asked, name);
  await asked.ctx.issuer.restorePolicy({ name, version: version as number, applies: APPLIES }, callOf(asked));
  return read(asked, name);
}

/** The texts of a document, the newest first; whoever may read the present one may read them, and of a deleted one those with a management token. */
async function versions(asked: Asked, name: string): Promise<readonly (PolicyBody | PolicyVersionBody)[]> {
  const present = await stored(asked, name);
  if (present === undefined ? asked.caller.type !== 'management' : !isShown(asked, present)) throw missing(name);
  const query = { order: 'id', prefix: policyVersionPrefix(name), limit: 2 * KEPT_POLICY_VERSIONS } as const;
  const { value } = await asked.ctx.view.list('policy_version', query, { signal: asked.signal });
  const past = value.map(({ record }) => record.body).filter(({ applies, version }) => applies === APPLIES && version !== present?.record.body.version);
  return [...(present === undefined ? [] : [present.record.body]), ...past].sort((a, b) => b.version - a.version).slice(0, KEPT_POLICY_VERSIONS);
}

async function readable(asked: Asked, name: string): Promise<LiveEntry<'policy'>> {
  const document = await stored(asked, name);
  if (document === undefined || !isShown(asked, document)) throw missing(name);
  return document;
}

async function stored({ ctx, signal }: Asked, name: string): Promise<LiveEntry<'policy'> | undefined> {
  const { value } = await ctx.view.get('policy', name, { signal });
  return value?.record.body.applies === APPLIES ? value : undefined;
}

function isShown(asked: Asked, document: LiveEntry<'policy'>): boolean {
  return document.record.body.applies === APPLIES && mayReadAll(asked, document);
}

/** Reading takes `permit read` on the policy of every realm (1.3 rule 5). What is not for the caller to read does not exist for it (P9). */
function mayReadAll({ ctx, caller }: Asked, { record }: LiveEntry<'policy'>): boolean {
  if (caller.type === 'management') return true;
  const { sets, claims } = ctx.access.rightsOf(caller);
  const parsed = parse(record.body.rules);
  return parsed.ok && decideEdit(sets, parsed.document, { verb: 'read', claims })?.allowed === true;
}

/** Whoever may change it may know of it, too. */
function isKnown({ ctx, caller }: Asked, { record }: LiveEntry<'policy'>): boolean {
  if (caller.type === 'management') return true;
  const { sets, claims } = ctx.access.rightsOf(caller);
  const parsed = parse(record.body.rules);
  return parsed.ok && knowsDocument(sets, parsed.document, claims);
}

function missing(name: string): Refusal {
  return new Refusal('not_found', `there is no policy document ${JSON.stringify(name)}`);
}

function shown(name: string, body: PolicyBody): unknown {
  return { name, text: body.rules, read_only: body.system, ...aboutText(body) };
}

function aboutText({ version, author, writtenAt, description }: Pick<PolicyBody, 'version' | 'author' | 'writtenAt' | 'description'>): object {
  return { version, author, updated_at: writtenAt, description };
}

function told({ line, column, message }: Diagnostic): string {
  return `line ${line}, column ${column}: ${message}`;
}
