import { type Kind, type LiveEntry, Refusal, type UniqueIndex } from '@mintmark/domain';
import { ViewError } from '@mintmark/view';
import type { IssuerContext } from '../context.ts';

const PAGE = 1_000;

/** Reads the region's view; `undefined` for what does not exist, the refusal `unavailable` when the view cannot tell. */
export async function readById<K extends Kind>(ctx: IssuerContext, kind: K, id: string, signal: AbortSignal): Promise<LiveEntry<K> | undefined> {
  return orUnavailable(async () => (await ctx.view.get(kind, id, { signal })).value);
}

export async function readByKey<K extends Kind>(
  ctx: IssuerContext,
  kind: K,
  index: UniqueIndex,
  value: string,
  signal: AbortSignal,
): Promise<LiveEntry<K> | undefined> {
  return orUnavailable(async () => (await ctx.view.find(kind, index, value, { signal })).value);
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

export async function orUnavailable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ViewError)) throw error;
    throw new Refusal('unavailable', "the region's view cannot be read now", { retryAfterMs: 1000, cause: error });
  }
}
