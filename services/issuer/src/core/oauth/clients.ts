import type { oauth } from '@mintmark/contract';
import {
  type ApiClientBody,
  type ClientSecret,
  clientName,
  clientProblem,
  DEFAULT_EXPIRATION_S,
  digestOf,
  formatTime,
  instantOf,
  type LiveRecord,
  PREDEFINED_ROLES,
  Refusal,
} from '@mintmark/domain';
import { readClientKeys } from '@mintmark/keys/assertions';
import type { ClientEntry, OrganizationEntry } from '@mintmark/oauth';
import type { IssuerContext } from '../../context.ts';
import { envelope, freshUuid } from '../mint.ts';
import { askedNotBefore, endingAt } from '../not-before.ts';
import { readByKey } from '../reading.ts';

/*
 * API clients.
 *
 * C1  What has been refused stays refused (P2): a not-before never goes back, and disabling raises it, so that enabling again revives no token.
 * C2  At most two secrets are live, the newest and the one before it: a rotation needs no moment at which nobody can sign in.
 */

const LIVE_SECRETS = 2;

export interface KnownClient {
  readonly client: ClientEntry;
  readonly organization: OrganizationEntry;
}

/** The client and its account; `undefined` where there is none of this id. */
export function clientOf(ctx: IssuerContext, id: string): KnownClient | undefined {
  const facts = ctx.oauth.tokens.shown;
  const client = facts.client(id);
  const organization = client === undefined ? undefined : facts.organization(client.record.body.organization);
  return client === undefined || organization === undefined ? undefined : { client, organization };
}

/** A client as it is to be stored. Throws the refusal `invalid_argument`. */
export async function draftClient(
  ctx: IssuerContext,
  input: oauth.ClientInput,
  before: { readonly organization: OrganizationEntry; readonly client?: ClientEntry },
  signal: AbortSignal,
): Promise<LiveRecord<'api_client'>> {
  const { client, organization } = before;
  const stored = client?.record.body ?? newBody(ctx, organization.record.id);
  const body: ApiClientBody = {
    ...stored,
    name: input.name ?? stored.name,
    description: input.description ?? stored.description,
    defaultExpirationSeconds: input.defaultExpirationSeconds ?? stored.defaultExpirationSeconds,
    roles: input.rolesPresent ? [...input.roles] : stored.roles,
    enabled: input.enabled ?? stored.enabled,
    jwks: input.jwks ?? stored.jwks,
    dpop: input.dpop ?? stored.dpop,
    notBefore: notBefore(ctx, input, stored, organization),
  };
  const problem = clientProblem(body) ?? keysProblem(body.jwks);
  if (problem !== undefined) throw new Refusal('invalid_argument', problem);
  for (const role of body.roles) if (!stored.roles.includes(role)) await roleMustExist(ctx, role, signal);
  return clientRecord(ctx, body, client);
}

/** The record of a client's new state. */
export function clientRecord(ctx: IssuerContext, body: ApiClientBody, client?: ClientEntry): LiveRecord<'api_client'> {
  const id = client?.record.id ?? freshUuid(ctx);
  return { kind: 'api_client', id, scope: 'global', deleted: false, body, ...envelope(ctx, client?.record.createIndex) };
}

/** Refuses a name that another client of the account has. The view must show the log's head, and the write expect that nothing follows it. */
export async function clientNameMustBeFree(ctx: IssuerContext, { id, body }: LiveRecord<'api_client'>, signal: AbortSignal): Promise<void> {
  const other = await readByKey(ctx, 'api_client', 'name', clientName(body), signal);
  if (other !== undefined && other.record.id !== id) {
    throw new Refusal('already_exists', `name ${JSON.stringify(body.name)} is that of another API client of the account: choose another`);
  }
}

/** A new secret, shaped as the seed shows it (2.1 number 12), and what is stored of it. */
export function freshSecret(ctx: IssuerContext): { readonly text: string; readonly stored: ClientSecret } {
  const text = freshUuid(ctx);
  return { text, stored: { digest: digestOf(text), createTime: formatTime(instantOf(ctx.world.clock.now())) } };
}

/** The secrets that are live once there is a new one. */
export function withSecret({ secrets }: ApiClientBody, fresh: ClientSecret, revokeOthers: boolean): readonly ClientSecret[] {
  return revokeOthers ? [fresh] : [fresh, ...secrets].slice(0, LIVE_SECRETS);
}

function newBody(ctx: IssuerContext, organization: string): ApiClientBody {
  return {
    name: '',
    organization,
    description: '',
    defaultExpirationSeconds: DEFAULT_EXPIRATION_S,
    roles: [],
    secrets: [],
    enabled: true,
    notBefore: 0,
    jwks: '',
    dpop: false,
    temporaryJti: '',
    temporaryExpiresAt: 0,
    createTime: formatTime(instantOf(ctx.world.clock.now())),
  };
}

function notBefore(ctx: IssuerContext, { notBefore: asked, enabled }: oauth.ClientInput, stored: ApiClientBody, organization: OrganizationEntry): number {
  const disabled = stored.enabled && enabled === false ? Math.ceil(ctx.world.clock.now()) : 0;
  const moment = Math.max(askedNotBefore(ctx, asked), disabled);
  if (moment === 0) return stored.notBefore;
  return Math.max(stored.notBefore, endingAt(moment, Math.max(stored.notBefore, organization.record.body.notBefore), ctx.world.clock.now()));
}

function keysProblem(jwks: string): string | undefined {
  if (jwks === '') return undefined;
  try {
    const read = readClientKeys(JSON.parse(jwks));
    return read.ok ? undefined : `jwks ${read.problem}`;
  } catch {
    return 'jwks must be a JWK set: an object with an array "keys"';
  }
}

async function roleMustExist(ctx: IssuerContext, role: string, signal: AbortSignal): Promise<void> {
  if (PREDEFINED_ROLES.includes(role) || (await readByKey(ctx, 'role', 'name', role, signal)) !== undefined) return;
  throw new Refusal('invalid_argument', `roles: there is no role of the name ${JSON.stringify(role)}; it must be one of ${PREDEFINED_ROLES.join(', ')}, or an ACL role`);
}
