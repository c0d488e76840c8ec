import type { issuer } from '@mintmark/contract';
import { formatDuration, type LiveEntry } from '@mintmark/domain';

/** A link to a role. Lists carry it as it is stored: without the name. */
export interface RoleJson {
  readonly ID: string;
  readonly Name: string;
}

/** A token as lists show it: no secret (specs 1.2). */
export interface TokenStubJson {
  readonly AccessorID: string;
  readonly Name: string;
  readonly Type: string;
  readonly Policies: readonly string[] | null;
  readonly Roles: readonly RoleJson[] | null;
  readonly Global: boolean;
  /** Base64. */
  readonly Hash: string | null;
  readonly CreateTime: string;
  readonly ExpirationTime: string | null;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

/** A token as single reads show it (specs 1.5). */
export interface TokenJson extends TokenStubJson {
  readonly SecretID: string;
  /** Go's duration syntax; empty for none. */
  readonly ExpirationTTL: string;
}

type Token = LiveEntry<'token'>;

export function tokenStub(token: Token): TokenStubJson {
  const { id, scope, body, createIndex } = token.record;
  return {
    AccessorID: id,
    Name: body.name,
    Type: body.type,
    Policies: body.policies,
    Roles: body.roleIds.length === 0 ? null : body.roleIds.map((ID) => ({ ID, Name: '' })),
    Global: scope === 'global',
    Hash: Buffer.from(body.hash.buffer, body.hash.byteOffset, body.hash.byteLength).toString('base64'),
    CreateTime: body.createTime,
    ExpirationTime: body.expirationTime,
    CreateIndex: createIndex === 0 ? token.revision : createIndex,
    ModifyIndex: token.revision,
  };
}

/** `roles` are the links to roles that exist, with their names. A token that has links of its own shows lists where others show `null`, as Nomad does. */
export function tokenJson(token: Token, secret: string, roles: readonly issuer.RoleLink[]): TokenJson {
  const stub = tokenStub(token);
  const linked = stub.Roles !== null;
  return {
    ...stub,
    SecretID: secret,
    ExpirationTTL: ttlText(token),
    Policies: linked ? (stub.Policies ?? []) : stub.Policies,
    Roles: linked ? roles.map(({ id, name }) => ({ ID: id, Name: name })) : null,
  };
}

const SECRET_PLACE = '"SecretID":"';
const selfTexts = new WeakMap<Token, readonly [before: string, after: string]>();

/** A token without links as JSON for its holder. What does not depend on the secret is written once. */
export function selfText(token: Token, secret: string): string {
  let around = selfTexts.get(token);
  if (around === undefined) {
    const text = JSON.stringify(tokenJson(token, '', []));
    const at = text.lastIndexOf(SECRET_PLACE) + SECRET_PLACE.length;
    around = [text.slice(0, at), text.slice(at)];
    selfTexts.set(token, around);
  }
  return around[0] + secret + around[1];
}

export function ttlText({ record }: Token): string {
  return record.body.expirationTtl === 0 ? '' : formatDuration(BigInt(record.body.expirationTtl));
}

/** Whoever presents no credential, where a policy `anonymous` says what they may do (specs 1.6). */
export const ANONYMOUS_TOKEN: TokenJson = {
  AccessorID: 'anonymous',
  SecretID: '',
  Name: 'Anonymous Token',
  Type: 'client',
  Policies: ['anonymous'],
  Roles: null,
  Global: false,
  Hash: null,
  CreateTime: '0001-01-01T00:00:00Z',
  ExpirationTime: null,
  ExpirationTTL: '',
  CreateIndex: 0,
  ModifyIndex: 0,
};
