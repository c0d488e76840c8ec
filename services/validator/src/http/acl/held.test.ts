import { expect, test } from 'vitest';
import type { Dispatcher } from 'undici';
import type { RegionDirectory } from '../../core/types.ts';
import { demandMs } from './freshness.ts';
import type { Exchange } from './exchange.ts';
import { enterRead } from './read-gate.ts';
import { Relay } from './relay.ts';
import type { AclServices } from './services.ts';

const FRESH = { 'x-mintmark-freshness': 'eu:i:1' };

/** How long a read may be held here, and how long another region's answer is waited for: milliseconds. */
async function heldFor(query: string, headers: Readonly<Record<string, string>> = {}): Promise<readonly [here: number, there: number]> {
  const asked: number[] = [];
  const dispatcher = {
    dispatch(options: Dispatcher.DispatchOptions) {
      asked.push(options.headersTimeout ?? 0);
      throw new Error('asked');
    },
  } as unknown as Dispatcher;
  const exchangeOf = (parameters: string): { readonly exchange: Exchange; readonly waits: number[] } => {
    const waits: number[] = [];
    const exchange = {
      parameters: new URLSearchParams(parameters),
      header: (name: string) => headers[name],
      waits: (ms: number) => void waits.push(ms),
      request: { method: 'GET', headers, url: `/v1/acl/tokens?${parameters}` },
      body: Buffer.alloc(0),
      signal: new AbortController().signal,
    } as unknown as Exchange;
    return { exchange, waits };
  };
  const directory: RegionDirectory = { region: 'us', httpUrl: () => 'http://127.0.0.1:1' };
  const relay = new Relay(directory, dispatcher);
  const services = { relay, freshness: { pass: async (exchange: Exchange) => exchange.waits(demandMs(exchange)) }, feed: { state: () => ({ live: true }) } } as unknown as AclServices;
  const here = exchangeOf(query);
  await enterRead(services, here.exchange);
  await expect(enterRead(services, exchangeOf(`${query}&region=eu`).exchange)).rejects.toThrow('region eu cannot be reached');
  return [here.waits.reduce((sum, ms) => sum + ms, 0), asked[0] ?? 0];
}

const ANSWER = 20_000;
const JITTERED = 300_000 * (17 / 16);

test.each([
  ['a plain read', 'stale', {}, 0],
  ['a wait without an index', 'wait=60s', {}, 0],
  ['a blocking query without a wait', 'index=7', {}, JITTERED],
  ['a blocking query with a wait of nothing', 'index=7&wait=0s', {}, JITTERED],
  ['a blocking query', 'index=7&wait=16s', {}, 17_000],
  ['a demand for freshness', 'stale', FRESH, 5_000],
  ['a demand for freshness with a wait', 'wait=60s', FRESH, 60_000],
  ['a blocking query with a demand for freshness', 'index=7&wait=16s', FRESH, 17_000 + 16_000],
])('%s is held as long as it asks for, here and in another region', async (_what, query, headers, ms) => {
  expect(await heldFor(query, headers as Record<string, string>)).toEqual([ms, ms + ANSWER]);
});
