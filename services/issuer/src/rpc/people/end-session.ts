import type { issuer, people } from '@mintmark/contract';
import { instantOf, isExpired, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit, decide } from '../../core/commit.ts';
import { envelope } from '../../core/mint.ts';
import { decidedThere } from '../../core/people/authority.ts';
import { readByKey } from '../../core/reading.ts';

/** Ends the session whose token is shown: possession is enough (seed: Apprenda 4.1 number 7). Always decided by the authority. */
export async function endSession(ctx: IssuerContext, request: people.EndSessionRequest, call: IssuerCall): Promise<issuer.Written> {
  if (ctx.authority !== undefined) return decidedThere(ctx, ctx.authority, call, (authority) => authority.endSession(request, call));
  const digest = request.digest.toString('hex');
  return decide(ctx, call.signal, async () => {
    const session = await readByKey(ctx, 'session', 'secret', digest, call.signal);
    const known = session !== undefined && session.record.body.audience === request.audience && !isExpired(session.record.body, instantOf(ctx.world.clock.now()));
    if (!known) throw new Refusal('not_found', 'there is no such session');
    const { kind, id, scope, createIndex, body } = session.record;
    const { index, freshness } = await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { key: session.revision }, call.signal);
    ctx.events.personWritten({ requestId: call.requestId, kind, id, by: `user:${body.user}`, index, change: 'deleted' });
    return { index, freshness };
  });
}
