import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { NO_REVISION } from '@mintmark/domain';
import type { Log } from '@mintmark/log';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { openNatsLog } from '@mintmark/log/nats';
import { natsServer } from '../../harness/nats.ts';
import { freePort, releasePort } from '../../harness/ports.ts';
import { redisServer, withRedis } from '../../harness/redis.ts';
import { needServers } from '../clusters.ts';
import { startChild } from '../measure/child.ts';
import { moveSelf } from '../measure/cpu.ts';
import { ratioOf } from '../measure/paired.ts';
import { median } from '../measure/stats.ts';
import type { Run } from '../run.ts';
import { ms, type Row } from '../table.ts';
import { newToken } from '../tokens.ts';

const TOKENS = 100_000;
const REGION = 'us-east';
const UNDER_WAY = 512;
/** At most: each takes ten seconds, and differs little from the others. */
const REDIS_ROUNDS = 3;

/** Start of one region in a process of its own on a folder with 100,000 tokens, its start on an empty one taken off, beside a bare reading of the same log. */
export async function foldRows({ rounds, folder }: Run): Promise<readonly Row[]> {
  const filled = join(folder, 'filled');
  const path = join(filled, REGION, 'log');
  await startOn(filled);
  await withLog(await openEmbeddedLog({ path }));
  const starts: number[] = [];
  const folds: number[] = [];
  const drains: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const empty = await startOn(join(folder, `empty-${round}`));
    const start = await startOn(filled);
    const copy = join(folder, 'copy');
    await cp(path, copy, { recursive: true, force: true });
    starts.push(start);
    folds.push(start - empty);
    drains.push(await drained({ path: copy }));
  }
  return [
    rowOf('fold of 100,000 tokens at the start of an embedded region, vs bare reading of its log', folds, drains),
    { name: 'the whole start with them, process included', measured: ms(median(starts)), ceiling: '', ratio: '', goal: '', cpu: '' },
  ];
}

/** A replicator that folds 100,000 tokens of NATS into an empty Redis, beside a bare reading of the same log. */
export async function redisFoldRows({ rounds }: Run): Promise<readonly Row[]> {
  await needServers();
  await using stack = new AsyncDisposableStack();
  moveSelf('everywhere');
  const [nats, redis] = [stack.use(await natsServer({ syncAlways: false })), stack.use(await redisServer({ appendonly: 'everysec' }))];
  moveSelf('generators');
  const server = `127.0.0.1:${nats.port}`;
  await withLog(await openNatsLog({ servers: [server], region: REGION }));
  const folds: number[] = [];
  const drains: number[] = [];
  for (let round = 0; round < Math.min(rounds, REDIS_ROUNDS); round += 1) {
    await withRedis(redis.port, (client) => client.flushall());
    folds.push(await readyOf(new URL('../servers/fold-redis.ts', import.meta.url), { region: REGION, nats: server, redis: redis.port }));
    drains.push(await drained({ nats: server, region: REGION }));
  }
  return [rowOf('fold of 100,000 tokens from NATS into an empty Redis, vs bare reading of the log', folds, drains)];
}

function rowOf(name: string, folds: readonly number[], drains: readonly number[]): Row {
  return { name, measured: ms(median(folds)), ceiling: ms(median(drains)), ratio: ratioOf(folds, drains).toFixed(2), goal: '', cpu: '' };
}

/** Milliseconds until one region on the folder was ready. */
async function startOn(data: string): Promise<number> {
  const port = await freePort();
  const began = performance.now();
  const { child } = await startChild(new URL('../servers/embedded.ts', import.meta.url), { data, regions: [REGION], port });
  const took = performance.now() - began;
  await child[Symbol.asyncDispose]();
  releasePort(port);
  return took;
}

function drained(from: { readonly path: string } | { readonly nats: string; readonly region: string }): Promise<number> {
  return readyOf(new URL('../servers/drain.ts', import.meta.url), from);
}

async function readyOf(program: URL, argument: unknown): Promise<number> {
  const { child, ready } = await startChild<number>(program, argument);
  await child[Symbol.asyncDispose]();
  return ready;
}

/** Appends the tokens and closes the log. */
async function withLog(log: Log): Promise<void> {
  let left = TOKENS;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await log.append(newToken(), { key: NO_REVISION });
    }
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, worker));
  await log.close();
}
