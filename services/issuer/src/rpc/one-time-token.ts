import { type issuer, toWire } from '@mintmark/contract';
import {
  digestOf,
  formatTime,
  instantOf,
  isExpired,
  isUuid,
  type LiveEntry,
  type LiveRecord,
  NO_REVISION,
  parseTime,
} from '@mintmark/domain';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../context.ts';
import { tokenWritten, withoutSealed } from '../core/answer.ts';
import type { IssuerCall } from '../core/call.ts';
import { callerOf, permissionDenied } from '../core/caller.ts';
import { type Committed, commit, decide, reachLog } from '../core/commit.ts';
import { envelope, freshUuid, tokenContext } from '../core/mint.ts';
import { readById, readByKey } from '../core/reading.ts';

/** How long a one-time token can be exchanged: ten minutes, in nanoseconds (specs 1.8). */
const LIFETIME = 600_000_000_000n;

/** Mints a single-use secret for the caller's own token; it replaces the one before. */
export async function createOneTimeToken(ctx: IssuerContext, call: IssuerCall): Promise<issuer.OneTimeTokenWritten> {
  const token = await callerOf(ctx, call);
  if (token === undefined) throw permissionDenied();
  const secret = freshUuid(ctx);
  const body = {
    secret: { digest: digestOf(secret), sealed: new Uint8Array() },
    expiresAt: formatTime(instantOf(ctx.world.clock.now()) + LIFETIME),
  };
  return decide(ctx, call.signal, async () => {
    const key = { scope: 'local', kind: 'one_time_token', id: token.record.id } as const;
    const before = await reachLog(() => ctx.log.get(key, { signal: call.signal }));
    const createIndex = before === undefined || before.record.deleted ? NO_REVISION : before.record.createIndex;
    const record: LiveRecord<'one_time_token'> = { ...key, deleted: false, body, ...envelope(ctx, createIndex) };
    const committed = await commit(ctx, record, { key: before?.revision ?? NO_REVISION }, call.signal);
    ctx.events.oneTimeToken({ requestId: call.requestId, accessorId: key.id, change: 'created' });
    return {
      written: { index: committed.index, freshness: committed.freshness },
      record: toWire(withoutSealed({ ...record, createIndex: createIndex === 0 ? committed.index : createIndex })),
      modifyIndex: committed.index,
      oneTimeSecret: secret,
    };
  });
}

/** Consumes a single-use secret; needs no credential. Whatever is wrong with it is the same refusal. */
export async function exchangeOneTimeToken(
  ctx: IssuerContext,
  request: issuer.ExchangeOneTimeTokenRequest,
  call: IssuerCall,
): Promise<issuer.TokenWritten> {
  if (!isUuid(request.oneTimeSecret)) throw permissionDenied();
  const digest = digestOf(request.oneTimeSecret.toLowerCase());
  const oneTime = await readByKey(ctx, 'one_time_token', 'secret', digest, call.signal);
  const now = instantOf(ctx.world.clock.now());
  if (oneTime === undefined || (parseTime(oneTime.record.body.expiresAt) ?? now) <= now) throw permissionDenied();
  const token = await readById(ctx, 'token', oneTime.record.id, call.signal);
  if (token === undefined || isExpired(token.record.body, now)) throw permissionDenied();
  const committed = await consume(ctx, oneTime, call.signal);
  ctx.events.oneTimeToken({ requestId: call.requestId, accessorId: token.record.id, change: 'exchanged' });
  const secret = ctx.sealer.open(token.record.body.secret.sealed, tokenContext(token.record.id));
  const answer = await tokenWritten(ctx, committed, { record: token.record, secret, createIndex: token.record.createIndex }, call.signal);
  return { ...answer, modifyIndex: token.revision };
}

async function consume(ctx: IssuerContext, oneTime: LiveEntry<'one_time_token'>, signal: AbortSignal): Promise<Committed> {
  const { kind, id, scope, createIndex } = oneTime.record;
  try {
    return await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { key: oneTime.revision }, signal);
  } catch (error) {
    if (error instanceof LogError) throw permissionDenied();
    throw error;
  }
}
