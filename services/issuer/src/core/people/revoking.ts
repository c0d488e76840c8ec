import { formatTime, instantOf, type LiveEntry, type LiveRecord, type RevokedBecause } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import { type Committed, commit, alreadySo } from '../commit.ts';
import { envelope } from '../mint.ts';

export interface Revoked {
  readonly committed: Committed;
  readonly record: LiveRecord<'personal_token'>;
}

/** Writes that a personal token is revoked, and why; one that is revoked stays as it is. To be decided again upon `LogError` `conflict`. */
export async function revoke(ctx: IssuerContext, token: LiveEntry<'personal_token'>, because: RevokedBecause, signal: AbortSignal): Promise<Revoked> {
  const { record } = token;
  if (record.body.revokedAt !== '') return { committed: await alreadySo(ctx, token.revision, signal), record };
  const revokedAt = formatTime(instantOf(ctx.world.clock.now()));
  const revoked = { ...record, body: { ...record.body, revokedBecause: because, revokedAt }, ...envelope(ctx, record.createIndex) };
  return { committed: await commit(ctx, revoked, { key: token.revision }, signal), record: revoked };
}
