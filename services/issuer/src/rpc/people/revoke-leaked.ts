import type { issuer, people } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { type Committed, commit, decide } from '../../core/commit.ts';
import { envelope } from '../../core/mint.ts';
import { decidedThere } from '../../core/people/authority.ts';
import { revoke } from '../../core/people/revoking.ts';
import { readByKey } from '../../core/reading.ts';

const MAX_DIGESTS = 1_000;

/** Revokes what somebody has found: whoever shows a secret could use it, and may as well end it. Always decided by the authority. */
export async function revokeLeaked(ctx: IssuerContext, request: people.RevokeLeakedRequest, call: IssuerCall): Promise<issuer.RevokeLeakedResponse> {
  if (ctx.authority !== undefined) return decidedThere(ctx, ctx.authority, call, (authority) => authority.revokeLeaked(request, call));
  if (request.digests.length > MAX_DIGESTS) throw new Refusal('invalid_argument', `tokens must be at most ${MAX_DIGESTS}`);
  let written: Committed | undefined;
  let revoked = 0;
  for (const digest of request.digests) {
    const ended = await decide(ctx, call.signal, () => endLeaked(ctx, digest.toString('hex'), call));
    if (ended === undefined) continue;
    written = ended;
    revoked += 1;
  }
  return { written, revoked };
}

/** `undefined` where there is nothing to end any more. */
async function endLeaked(ctx: IssuerContext, digest: string, call: IssuerCall): Promise<Committed | undefined> {
  const about = { requestId: call.requestId, by: 'finder' };
  const token = await readByKey(ctx, 'personal_token', 'secret', digest, call.signal);
  if (token !== undefined) {
    if (token.record.body.revokedAt !== '') return undefined;
    const { committed, record } = await revoke(ctx, token, 'leaked', call.signal);
    ctx.events.personWritten({ ...about, kind: 'personal_token', id: record.id, index: committed.index, change: 'revoked' });
    return committed;
  }
  const session = await readByKey(ctx, 'session', 'secret', digest, call.signal);
  if (session === undefined) return undefined;
  const { kind, id, scope, createIndex } = session.record;
  const committed = await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { key: session.revision }, call.signal);
  ctx.events.personWritten({ ...about, kind, id, index: committed.index, change: 'deleted' });
  return committed;
}
