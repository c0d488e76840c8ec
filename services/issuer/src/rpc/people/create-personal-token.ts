import type { issuer, people } from '@mintmark/contract';
import { NO_REVISION, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit } from '../../core/commit.ts';
import { decidedThere } from '../../core/people/authority.ts';
import { draftPersonal } from '../../core/people/personal-tokens.ts';
import { recordWritten } from '../../core/people/written.ts';
import { somebody } from './identify-person.ts';

/** Makes a personal token (seed: AppNeta 3.3). Its secret is in this answer and nowhere else. Always decided by the authority. */
export async function createPersonalToken(
  ctx: IssuerContext,
  request: people.CreatePersonalTokenRequest,
  call: IssuerCall,
): Promise<issuer.SecretWritten> {
  if (ctx.authority !== undefined) return decidedThere(ctx, ctx.authority, call, (authority) => authority.createPersonalToken(request, call));
  const person = await somebody(ctx, call, request.source);
  const { record, secret, before } = draftPersonal(ctx, request, person);
  const committed = await commit(ctx, record, { key: NO_REVISION }, call.signal);
  if (committed.index > before) throw new Refusal('unavailable', 'too much is written now: the token that was made is of no use, try again', { retryAfterMs: 1_000 });
  ctx.events.personWritten({ requestId: call.requestId, kind: 'personal_token', id: record.id, by: `user:${person.user.record.id}`, index: committed.index, change: 'created' });
  return { ...recordWritten(committed, record), secret };
}
