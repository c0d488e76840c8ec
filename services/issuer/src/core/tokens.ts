import type { issuer } from '@mintmark/contract';
import {
  creationProblems,
  formatTime,
  instantOf,
  invalid,
  isUuid,
  type LiveEntry,
  type LiveRecord,
  parseTime,
  Refusal,
  type Scope,
  tokenHash,
  type TokenBody,
  type TokenType,
  updateProblems,
} from '@mintmark/domain';
import type { Instant } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import { atRest, envelope, freshUuid, tokenContext } from './mint.ts';
import { readById, readByKey } from './reading.ts';

/** A token that is about to be written, and its secret in clear. */
export interface Drafted {
  readonly record: LiveRecord<'token'>;
  readonly secret: string;
}

/** A new token, with ids of the caller's own choice when it is an upload (specs 1.3.1). Throws the refusal `invalid_argument`. */
export async function draftNew(ctx: IssuerContext, input: issuer.TokenInput, signal: AbortSignal): Promise<Drafted> {
  const createTime = uploadTime(input) ?? instantOf(ctx.world.clock.now());
  const ttl = BigInt(input.expirationTtl ?? 0);
  const asked = timeOf('ExpirationTime', input.expirationTime);
  const expirationTime = asked ?? (ttl === 0n ? null : createTime + ttl);
  const policies = input.policiesPresent ? input.policies : null;
  const problems = creationProblems(
    { name: input.name, type: input.type, policies, roleCount: input.roles.length, createTime, expirationTime, expirationTtl: ttl },
    ctx.limits,
  );
  if (problems.length > 0) throw invalid('token', problems);
  const scope: Scope = input.global === true ? 'global' : 'local';
  const id = input.accessorId === '' ? freshUuid(ctx) : input.accessorId.toLowerCase();
  const secret = input.accessorId === '' ? freshUuid(ctx) : input.secretId.toLowerCase();
  const body = withHash(scope, {
    secret: atRest(ctx, secret, tokenContext(id)),
    name: input.name,
    type: input.type as TokenType,
    policies,
    roleIds: await roleIds(ctx, input.roles, signal),
    createTime: formatTime(createTime),
    expirationTime: expirationTime === null ? null : formatTime(expirationTime),
    expirationTtl: Number(ttl),
  });
  return { record: { kind: 'token', id, scope, deleted: false, body, ...envelope(ctx) }, secret };
}

/** The stored token with the members replaced that an update may replace (specs 1.4). Throws the refusal `invalid_argument`. */
export async function draftUpdate(
  ctx: IssuerContext,
  input: issuer.TokenInput,
  stored: LiveEntry<'token'>,
  signal: AbortSignal,
): Promise<LiveRecord<'token'>> {
  const { scope, body, id, createIndex } = stored.record;
  const policies = input.policiesPresent ? input.policies : null;
  const expirationTime = timeOf('ExpirationTime', input.expirationTime);
  const problems = updateProblems(
    { name: input.name, type: input.type, policies, roleCount: input.roles.length },
    {
      ...(input.global === undefined ? {} : { scope: input.global ? 'global' : 'local' }),
      ...(input.expirationTtl === undefined ? {} : { expirationTtl: BigInt(input.expirationTtl) }),
      ...(expirationTime === undefined ? {} : { expirationTime }),
    },
    { scope, body },
  );
  if (problems.length > 0) throw invalid('token', problems);
  const { hash: _, ...kept } = body;
  const replaced = withHash(scope, {
    ...kept,
    name: input.name,
    type: input.type as TokenType,
    policies,
    roleIds: await roleIds(ctx, input.roles, signal),
  });
  return { kind: 'token', id, scope, deleted: false, body: replaced, ...envelope(ctx, createIndex) };
}

/** Whether the body asks for a token with ids of the caller's own choice: both UUID-shaped, and not a management token. */
export function isUpload(input: issuer.TokenInput): boolean {
  return isUuid(input.accessorId) && input.secretId !== '' && input.type !== 'management';
}

export function unknownToken(accessorId: string): Refusal {
  return new Refusal('invalid_argument', `cannot find token ${accessorId}`);
}

/** How Go writes a time that was never set. */
const GO_ZERO_TIME = '0001-01-01T00:00:00Z';

function withHash(scope: Scope, body: Omit<TokenBody, 'hash'>): TokenBody {
  return { ...body, hash: tokenHash({ ...body, scope }) };
}

function uploadTime(input: issuer.TokenInput): Instant | undefined {
  return input.accessorId === '' ? undefined : timeOf('CreateTime', input.createTime);
}

function timeOf(field: string, text: string): Instant | undefined {
  if (text === '' || text === GO_ZERO_TIME) return undefined;
  const at = parseTime(text);
  if (at === undefined) throw new Refusal('invalid_argument', `${field} must be an RFC 3339 time such as 2030-01-02T15:04:05Z`);
  return at;
}

async function roleIds(ctx: IssuerContext, links: readonly issuer.RoleLink[], signal: AbortSignal): Promise<string[]> {
  const ids = new Set<string>();
  for (const link of links) {
    const wanted = link.id === '' ? link.name : link.id;
    const role = link.id === '' ? await readByKey(ctx, 'role', 'name', link.name, signal) : await readById(ctx, 'role', link.id, signal);
    if (role === undefined) throw new Refusal('invalid_argument', `cannot find role ${wanted}`);
    ids.add(role.record.id);
  }
  return [...ids];
}
