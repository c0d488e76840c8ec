import { NO_REVISION, revision } from '@mintmark/domain';
import { encodeRecord } from '@mintmark/contract';
import { openRedisView } from '@mintmark/view/redis';
import { redisServer, withRedis } from '../../harness/redis.ts';
import { needServers } from '../clusters.ts';
import { startChild } from '../measure/child.ts';
import type { Run } from '../run.ts';
import type { Memory } from '../servers/memory.ts';
import type { ValidatorReady } from '../servers/validator.ts';
import { count, type Row } from '../table.ts';
import { tokenOf } from '../tokens.ts';
import { cacheAll } from './self.ts';

const FEW = 1_000;
const MORE = 100_000;
const PER_STEP = 1_024;
const REDIS_GOAL = 1_300;
/** Room for all of them. */
const CACHE_BYTES = 256 * 1024 * 1024;

/** What 100,000 tokens cost a validator with an embedded view: live memory with them less live memory with 1,000. */
export async function memoryRows({ folder }: Run): Promise<readonly Row[]> {
  const [few, many] = [await memoryWith(FEW, folder), await memoryWith(FEW + MORE, folder)];
  const row = (name: string, a: Memory, b: Memory): Row => {
    const live = (b.heap + b.buffers - a.heap - a.buffers) / MORE;
    return {
      name,
      measured: `${count(live)} B (${count((b.heap - a.heap) / MORE)} B of it objects; resident ${count((b.rss - a.rss) / MORE)} B)`,
      ceiling: `${recordBytes()} B of record`,
      ratio: (live / recordBytes()).toFixed(2),
      goal: '',
      cpu: '',
    };
  };
  return [row('memory per token at 100,000, validator with embedded view, none cached', few.cold, many.cold), row('the same, all cached', few.warm, many.warm)];
}

/** What 100,000 tokens cost Redis: its used memory with them less its used memory before. */
export async function redisMemoryRows(_run: Run): Promise<readonly Row[]> {
  await needServers();
  await using server = await redisServer();
  const used = (): Promise<number> => withRedis(server.port, async (redis) => Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]));
  await using stack = new AsyncDisposableStack();
  const view = stack.adopt(await openRedisView({ host: '127.0.0.1', port: server.port, region: 'us-east' }), (open) => open.close());
  const { epoch } = await view.reset({ source: { region: 'us-east', incarnation: Buffer.alloc(16).toString('base64url') }, floor: NO_REVISION });
  const before = await used();
  for (let at = 0; at < MORE; at += PER_STEP) {
    const step = Math.min(PER_STEP, MORE - at);
    const entries = Array.from({ length: step }, (_, ahead) => ({ revision: revision(at + ahead + 1), record: tokenOf(at + ahead) }));
    await view.apply(entries, { epoch, from: revision(at), to: revision(at + step) });
  }
  const each = ((await used()) - before) / MORE;
  return [
    {
      name: 'memory per token at 100,000, Redis',
      measured: `${count(each)} B`,
      ceiling: `${recordBytes()} B of record`,
      ratio: (each / recordBytes()).toFixed(2),
      goal: `<= ${count(REDIS_GOAL)} B`,
      reached: each <= REDIS_GOAL,
      cpu: '',
    },
  ];
}

async function memoryWith(tokens: number, folder: string): Promise<{ readonly cold: Memory; readonly warm: Memory }> {
  const { child, ready } = await startChild<ValidatorReady>(new URL('../servers/validator.ts', import.meta.url), { tokens, cacheBytes: CACHE_BYTES, folder });
  await using _ended = child;
  const cold = await child.ask<Memory>('memory');
  await cacheAll(ready.grpc, tokens);
  return { cold, warm: await child.ask<Memory>('memory') };
}

function recordBytes(): number {
  return encodeRecord({ ...tokenOf(MORE), createIndex: revision(MORE + 1) }).length;
}
