import { join } from 'node:path';
import { createRecordSigner, createRecordVerifier, recordKey } from '@mintmark/keys/records';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { createMetrics } from '@mintmark/kit/telemetry';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { REPLICATOR_DEFAULTS, type ReplicatorEvents, startReplicator } from '@mintmark/replicator';
import { openRedisView, openRedisViewReader } from '@mintmark/view/redis';
import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { redisServer, withRedis } from '../harness/redis.ts';
import { newToken } from './view-fold.ts';
import { Feed, REGION } from './view-rig.ts';

/** A progress mark of the log comes at least every 2 s. */
const NOTICED_WITHIN_MS = 6_000;
const verifier = createRecordVerifier({ region: REGION, keys: [] });
const records = { signer: createRecordSigner(recordKey(new Uint8Array(32))), verifier };
const ignore = (): void => undefined;

const events: ReplicatorEvents = {
  interrupted: ignore,
  folding: ignore,
  ready: ignore,
  restored: ignore,
  projected: ignore,
  pulled: ignore,
  reconciled: ignore,
  compared: ignore,
  compacted: ignore,
  setAside: ignore,
  notHandedOver: ignore,
  trouble: ignore,
};

/** A real replicator over a log that stands still: only it can notice what happened to its view. */
async function idleRegion(appendonly: 'none' | 'always') {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await redisServer({ appendonly }));
  const folder = stack.use(await temporaryFolder('log'));
  const { host, port } = server;
  const log = stack.adopt(await openEmbeddedLog({ path: join(folder.path, 'log') }), (opened) => opened.close());
  const view = stack.adopt(await openRedisView({ host, port, region: REGION }), (opened) => opened.close());
  const reader = stack.adopt(await openRedisViewReader({ host, port, region: REGION }), (opened) => opened.close());
  const token = newToken();
  const revision = await log.append(token, { key: 0 as never });
  const config = { region: REGION, authority: REGION, rpc: { host, port: 0, tls: 'insecure' as const }, ...REPLICATOR_DEFAULTS };
  stack.use(await startReplicator(config, { log, view, sourceOf: () => undefined, records, world: systemWorld, events, metrics: createMetrics({ service: 'replicator', region: REGION, process: false }) }));
  const shown = async (within: number): Promise<string> => {
    const read = await eventually(() => reader.get('token', token.id), { within, what: 'the view being ready' });
    expect(read.value?.revision).toBe(revision);
    return read.watermark.epoch;
  };
  return { server, reader, revision, shown, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe('an idle replicator', () => {
  it('makes its view ready again after the server was killed and kept its data, under the same epoch', async () => {
    await using it = await idleRegion('always');
    const epoch = await it.shown(NOTICED_WITHIN_MS);
    await using feed = new Feed(it.reader, epoch, it.revision);
    await eventually(() => feed.batches.length > 0, { what: 'the first sign of life' });
    await it.server.kill();
    await it.server.restart();
    expect(await it.shown(NOTICED_WITHIN_MS)).toBe(epoch);
    const before = feed.batches.length;
    await eventually(() => feed.batches.length > before, { what: 'signs of life on the feed' });
    expect(feed.end).toBeUndefined();
  });

  it('folds its view anew after the server came back empty, or was emptied', async () => {
    await using it = await idleRegion('none');
    const first = await it.shown(NOTICED_WITHIN_MS);
    await it.server.kill();
    await it.server.restart();
    const second = await it.shown(NOTICED_WITHIN_MS);
    await withRedis(it.server.port, (redis) => redis.flushall());
    const third = await it.shown(NOTICED_WITHIN_MS);
    expect(new Set([first, second, third]).size).toBe(3);
  });
});
