import type { issuer, people } from '@mintmark/contract';
import { type LiveEntry, mayManage, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { decide } from '../../core/commit.ts';
import { decidedThere } from '../../core/people/authority.ts';
import type { Person } from '../../core/people/caller.ts';
import { revoke } from '../../core/people/revoking.ts';
import { recordWritten } from '../../core/people/written.ts';
import { readById } from '../../core/reading.ts';
import { somebody } from './identify-person.ts';

/** Revokes a personal token for its creator, or for an Organization Admin of an organization that it is associated with. Always decided by the authority. */
export async function revokePersonalToken(
  ctx: IssuerContext,
  request: people.RevokePersonalTokenRequest,
  call: IssuerCall,
): Promise<issuer.RecordWritten> {
  if (ctx.authority !== undefined) return decidedThere(ctx, ctx.authority, call, (authority) => authority.revokePersonalToken(request, call));
  const person = await somebody(ctx, call, request.source);
  return decide(ctx, call.signal, async () => {
    const token = await readById(ctx, 'personal_token', request.id, call.signal);
    if (token === undefined || !(await mayRevoke(ctx, person, token, call.signal))) throw new Refusal('not_found', 'there is no access token of this id');
    const { committed, record } = await revoke(ctx, token, 'by hand', call.signal);
    ctx.events.personWritten({ requestId: call.requestId, kind: 'personal_token', id: record.id, by: `user:${person.user.record.id}`, index: committed.index, change: 'revoked' });
    return recordWritten(committed, record);
  });
}

async function mayRevoke(ctx: IssuerContext, { user, organization }: Person, { record: { body } }: LiveEntry<'personal_token'>, signal: AbortSignal): Promise<boolean> {
  const creator = await readById(ctx, 'user', body.user, signal);
  await ctx.oauth.tokens.whenSettled(signal);
  const { shown } = ctx.oauth.tokens;
  const manager = { user: user.record.id, standing: user.record.body, organization };
  return mayManage(body, manager, creator?.record.body, (id) => shown.organization(id)?.record.body.parent ?? '');
}
