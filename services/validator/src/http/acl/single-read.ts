import type { Kind, LiveEntry } from '@mintmark/domain';
import type { Read } from '@mintmark/view';
import type { Topic } from '../../core/types.ts';
import type { Holder } from './blocking.ts';
import type { Exchange } from './exchange.ts';
import type { ReadQuery } from './request/query.ts';
import { type Meta, readMeta } from './response/answer.ts';
import type { AclServices } from './services.ts';

/** One record that can be waited for (specs 3). */
export interface SingleRead<K extends Kind, C extends Holder> {
  readonly query: ReadQuery;
  readonly topics: readonly Topic[];
  /** Names what is read. */
  readonly key: string;
  /** Throws the refusal of whoever may not see it now. */
  authorize(): Promise<C>;
  look(): Promise<Read<LiveEntry<K> | undefined>>;
  /** What else there is to be had where nothing was found. */
  otherwise?(caller: C): Promise<Read<LiveEntry<K>> | undefined>;
}

export interface Found<K extends Kind, C> {
  readonly caller: C;
  readonly entry: LiveEntry<K> | undefined;
  /** Its index is the record's own, or the table's where there is none. */
  readonly meta: Meta;
}

/** Finds a record, at once or when it is time to. */
export async function singleRead<K extends Kind, C extends Holder>(services: AclServices, exchange: Exchange, about: SingleRead<K, C>): Promise<Found<K, C>> {
  const { query, topics } = about;
  const look = () => about.look();
  const read = async (caller: C, again: boolean): Promise<{ readonly index: number; readonly value: Read<LiveEntry<K> | undefined> }> => {
    const seen = await (again ? services.shared.read(about.key, look) : look());
    const value = seen.value === undefined ? ((await about.otherwise?.(caller)) ?? seen) : seen;
    return { index: value.value?.revision ?? value.tableIndex, value };
  };
  const asked = { index: query.index, waitMs: query.waitMs, topics, authorize: () => about.authorize(), read };
  const { caller, result } = await services.blocking.run(asked, exchange);
  return { caller, entry: result.value.value, meta: readMeta(services.feed, result.value.watermark, result.index) };
}
