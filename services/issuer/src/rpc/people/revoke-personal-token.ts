import type { issuer, people } from '@mintmark/contract';
import { associatedWith, controls, type LiveEntry, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { decide } from '../../core/commit.ts';
import { decidedThere } from '../../core/people/authority.ts';
import { revoke } from '../../core/people/revoking.ts';
import type { User } from '../../core/people/users.ts';
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
  const { user } = await somebody(ctx, call, request.source);
  return decide(ctx, call.signal, async () => {
    const token = await readById(ctx, 'personal_token', request.id, call.signal);
    if (token === undefined || !(await mayRevoke(ctx, user, token, call.signal))) throw new Refusal('not_found', 'there is no access token of this id');
    const { committed, record } = await revoke(ctx, token, 'by hand', call.signal);
    ctx.events.personWritten({ requestId: call.requestId, kind: 'personal_token', id: record.id, by: `user:${user.record.id}`, index: committed.index, change: 'revoked' });
    return recordWritten(committed, record);
  });
}

async function mayRevoke(ctx: IssuerContext, user: User, { record: { body } }: LiveEntry<'personal_token'>, signal: AbortSignal): Promise<boolean> {
  if (body.user === user.record.id) return true;
  const creator = await readById(ctx, 'user', body.user, signal);
  const parents = new Map<string, string>();
  for (const start of associatedWith(body, creator?.record.body)) {
    for (let id = start; id !== '' && !parents.has(id); ) {
      const above: string = (await readById(ctx, 'organization', id, signal))?.record.body.parent ?? '';
      parents.set(id, above);
      id = above;
    }
    if (controls(user.record.body, start, (id) => parents.get(id) ?? '')) return true;
  }
  return false;
}
