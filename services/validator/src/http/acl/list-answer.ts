import type { Topic } from '../../core/types.ts';
import type { Holder } from './blocking.ts';
import type { Exchange } from './exchange.ts';
import type { Listed } from './listing.ts';
import type { ReadQuery } from './request/query.ts';
import { type Answer, readMeta } from './response/answer.ts';
import type { AclServices } from './services.ts';

/** A list that can be waited for (specs 3). */
export interface ListRead<C extends Holder> {
  readonly query: ReadQuery;
  /** What can change it. */
  readonly topics: readonly Topic[];
  /** Throws the refusal of whoever may not see it now. */
  authorize(): Promise<C>;
  list(caller: C): Promise<Listed>;
  /** Names what the list depends on besides the view's state; `undefined` where that is the caller. */
  shared(caller: C): string | undefined;
}

/** Answers with a list, at once or when it is time to. */
export async function listAnswer<C extends Holder>(services: AclServices, exchange: Exchange, about: ListRead<C>): Promise<Answer> {
  const { query, topics } = about;
  const read = async (caller: C, again: boolean): Promise<{ readonly index: number; readonly value: Listed }> => {
    const key = again ? about.shared(caller) : undefined;
    const value = await (key === undefined ? about.list(caller) : services.shared.read(key, () => about.list(caller)));
    return { index: value.index, value };
  };
  const asked = { index: query.index, waitMs: query.waitMs, topics, authorize: () => about.authorize(), read };
  const { result } = await services.blocking.run(asked, exchange);
  const { body, nextToken, watermark, index } = result.value;
  const meta = readMeta(services.feed, watermark, index);
  return { kind: 'json', text: body, meta: nextToken === undefined ? meta : { ...meta, nextToken } };
}
