import type { issuer } from '@mintmark/contract';
import { isUuid, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import type { IssuerCall } from '../core/call.ts';
import { callerOf } from '../core/caller.ts';
import { commit, decide } from '../core/commit.ts';
import { feltHere } from '../core/felt-here.ts';
import { keepingAnAdministrator, mayWrite, within } from '../core/guards.ts';
import { envelope } from '../core/mint.ts';
import { readById } from '../core/reading.ts';
import { mayAdminister, resourceOfToken } from '../core/rights.ts';

/** Deletes a token, here or, where it is global or not known here, at the authority. Not idempotent, as in Nomad. */
export async function deleteToken(ctx: IssuerContext, request: issuer.DeleteTokenRequest, call: IssuerCall): Promise<issuer.Written> {
  const accessorId = request.accessorId.toLowerCase();
  // It may be another by the time that is known.
  const { authority } = ctx;
  if (authority !== undefined && (await belongsToAuthority(ctx, accessorId, call))) {
    const written = await authority.deleteToken(request, call);
    await feltHere(ctx, written.freshness, call.signal);
    return written;
  }
  const { token: by } = await mayAdminister(ctx, call, { verb: 'delete', resource: await resourceOfToken(ctx, accessorId, call.signal) });
  if (!isUuid(accessorId)) {
    throw new Refusal('invalid_argument', 'token lookup failed: acl token lookup failed: index error: UUID must be 36 characters');
  }
  return decide(ctx, call.signal, async () => {
    const stored = await readById(ctx, 'token', accessorId, call.signal);
    if (!within(call, stored)) throw new Refusal('invalid_argument', `Cannot delete nonexistent tokens: ${accessorId}`);
    const { kind, id, scope, createIndex } = stored.record;
    mayWrite(by, scope);
    const tombstone = { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) } as const;
    const { index, freshness } = await keepingAnAdministrator(ctx, stored, (expect) => commit(ctx, tombstone, expect, call.signal), call.signal);
    ctx.events.tokenWritten({ requestId: call.requestId, accessorId, by: by.record.id, index, change: 'deleted' });
    return { index, freshness };
  });
}

async function belongsToAuthority(ctx: IssuerContext, accessorId: string, call: IssuerCall): Promise<boolean> {
  if (!isUuid(accessorId)) return false;
  const stored = await readById(ctx, 'token', accessorId, call.signal);
  if (stored !== undefined) return stored.record.scope === 'global';
  return (await callerOf(ctx, call))?.record.scope !== 'local';
}
