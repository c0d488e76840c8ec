import type { Kind, LiveEntry, Tombstone } from '@mintmark/domain';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import { commit } from '../commit.ts';
import { envelope } from '../mint.ts';
import { orUnavailable } from '../reading.ts';

const PAGE = 1_000;

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

/** Every live record of a kind by id, or those whose id begins with `prefix`, a page at a time. */
export async function* pagesOf<K extends Kind>(ctx: IssuerContext, kind: K, signal: AbortSignal, prefix = ''): AsyncGenerator<readonly LiveEntry<K>[]> {
  let from: string | undefined;
  for (;;) {
    const { value } = await orUnavailable(() => ctx.view.list(kind, { order: 'id', prefix, limit: PAGE, ...(from === undefined ? {} : { from }) }, { signal }));
    yield value;
    if (value.length < PAGE) return;
    from = `${value.at(-1)?.record.id}\0`;
  }
}
