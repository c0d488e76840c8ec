import type { LiveEntry, Tombstone } from '@mintmark/domain';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import { commit } from '../commit.ts';
import { envelope } from '../mint.ts';

/** Deletes a record that is over. */
export async function remove(ctx: IssuerContext, { record, revision }: LiveEntry, signal: AbortSignal): Promise<void> {
  const { kind, id, scope, createIndex } = record;
  await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) } as Tombstone<'session'>, { key: revision }, signal);
}

/** What was changed meanwhile is left for the next sweep. */
export async function orChanged(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
  }
}
