import { Refusal } from '@mintmark/domain';
import { longestHold } from './blocking.ts';
import type { Exchange } from './exchange.ts';
import type { ReadQuery } from './request/query.ts';
import { readQueryOf } from './request/query.ts';
import type { Answer } from './response/answer.ts';
import type { AclServices } from './services.ts';

/** What every read does before it looks at anything: its parameters, the region asked for, the freshness demanded, the consistency mode. */
export async function enterRead(services: AclServices, exchange: Exchange): Promise<{ readonly query: ReadQuery } | { readonly relayed: Answer }> {
  const query = readQueryOf(exchange.parameters);
  const blockMs = query.index > 0 ? longestHold(query.waitMs) : 0;
  const relayed = await services.relay.relayed(exchange, blockMs);
  if (relayed !== undefined) return { relayed };
  exchange.waits(blockMs);
  await services.freshness.pass(exchange);
  if (query.consistent && !services.feed.state().live) {
    throw new Refusal('stale', "Not ready to serve consistent reads: this server does not follow the region's changes now", { retryAfterMs: 1_000 });
  }
  return { query };
}
