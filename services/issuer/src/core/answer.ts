import { type issuer, toWire } from '@mintmark/contract';
import type { MintRecord, TokenBody } from '@mintmark/domain';
import type { Revision } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import type { Committed } from './commit.ts';
import { readById } from './reading.ts';

/** The answer to a write of a token: the record where it stands now, its secret for the one caller who may see it, its role links named. */
export async function tokenWritten(
  ctx: IssuerContext,
  committed: Committed,
  token: { readonly record: MintRecord & { readonly body: TokenBody }; readonly createIndex: Revision; readonly secret: string },
  signal: AbortSignal,
): Promise<issuer.TokenWritten> {
  return {
    written: { index: committed.index, freshness: committed.freshness },
    record: toWire(withoutSealed({ ...token.record, createIndex: token.createIndex === 0 ? committed.index : token.createIndex })),
    modifyIndex: committed.index,
    secretId: token.secret,
    roles: await namedRoles(ctx, token.record.body.roleIds, signal),
  };
}

/** Links to roles that exist, with their present names; links to deleted ones are left out (specs 4.9). */
export async function namedRoles(ctx: IssuerContext, ids: readonly string[], signal: AbortSignal): Promise<issuer.RoleLink[]> {
  const roles = await Promise.all(ids.map((id) => readById(ctx, 'role', id, signal)));
  return roles.flatMap((role) => (role === undefined ? [] : [{ id: role.record.id, name: role.record.body.name }]));
}

/** A copy that may leave the issuer: sealed secrets stay where they are, and a signature that covers them with them. */
export function withoutSealed<R extends MintRecord>({ signature, ...rest }: R): R {
  const record = rest as unknown as R;
  if (record.deleted || !('secret' in record.body) || record.body.secret === null) return record;
  return { ...record, body: { ...record.body, secret: { ...record.body.secret, sealed: new Uint8Array() } } };
}
