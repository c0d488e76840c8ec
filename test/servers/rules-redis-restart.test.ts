import { NO_REVISION, revision } from '@mintmark/domain';
import { openRedisView, openRedisViewReader } from '@mintmark/view/redis';
import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { redisServer, withRedis } from '../harness/redis.ts';
import { newToken, tombstoneOf } from './view-fold.ts';
import { codeOf, Feed, REGION, refusal, SOURCE, type ViewRig, viewRig, write } from './view-rig.ts';

/** The promise of the port: what a lost connection may cost a reader once the server is there again. */
const BACK_WITHIN_MS = 2_000;

/** Kills the server and lets it come back with what it had when the snapshot was taken. */
async function goBack({ server }: ViewRig, snapshot: Awaited<ReturnType<ViewRig['server']['snapshot']>>): Promise<void> {
  await server.kill();
  await server.restoreSnapshot(snapshot);
  await server.restart();
}

async function reached({ reader, view }: ViewRig): Promise<void> {
  await eventually(() => reader.watermark(), { within: BACK_WITHIN_MS, what: 'the reader reaching the server' });
  await eventually(async () => (await codeOf(view.mark({ epoch: 'nobody' })).catch(() => 'reached')) !== 'unavailable', {
    within: BACK_WITHIN_MS,
    what: 'the writer reaching the server',
  });
}

describe('a restarted server', () => {
  it('that came back older does not bring a revoked token back', async () => {
    await using it = await viewRig({ appendonly: 'always' });
    const token = newToken();
    await write(it, 0, token);
    await using snapshot = await it.server.snapshot();
    await write(it, 1, tombstoneOf(token));
    await goBack(it, snapshot);
    await reached(it);

    expect(await it.reader.watermark()).toMatchObject({ epoch: it.epoch, revision: 1, ready: false });
    expect(await codeOf(it.reader.get('token', token.id))).toBe('not_ready');
    expect(await codeOf(it.reader.find('token', 'secret', token.body.secret.digest))).toBe('not_ready');
    expect(await codeOf(it.reader.list('token', { order: 'id', limit: 1 }))).toBe('not_ready');

    expect((await it.view.watermark()).ready).toBe(false);
    await write(it, 1, tombstoneOf(token));
    expect(await codeOf(it.reader.get('token', token.id))).toBe('not_ready');
    await it.view.mark({ epoch: it.epoch, ready: true });
    expect((await it.reader.get('token', token.id)).value).toBeUndefined();
  });

  it('that came back older ends the feeds that are ahead of it', async () => {
    await using it = await viewRig({ appendonly: 'always' });
    await write(it, 0, newToken());
    await using snapshot = await it.server.snapshot();
    await using feed = new Feed(it.reader, it.epoch, 0);
    await write(it, 1, newToken());
    await eventually(() => feed.revisions.length === 2);
    await goBack(it, snapshot);
    expect(await eventually(() => feed.end, { within: BACK_WITHIN_MS })).toBe('reset');
  });

  it('is not written before what it has was read', async () => {
    await using it = await viewRig({ appendonly: 'always' });
    await write(it, 0, newToken());
    await it.server.kill();
    await it.server.restart();
    await reached(it);
    for (const call of [write(it, 1, newToken()), it.view.mark({ epoch: it.epoch }), it.view.mark({ epoch: it.epoch, ready: true })]) {
      const error = await refusal(call);
      expect([error.code, error.have]).toEqual(['gap', { epoch: it.epoch, revision: 1 }]);
    }
    await it.view.watermark();
    await write(it, 1, newToken());
    await it.view.mark({ epoch: it.epoch, ready: true });
    expect((await it.reader.watermark()).revision).toBe(2);
  });

  it('that kept its data lets feeds go on, within 2 s, with nothing missed or repeated', async () => {
    await using it = await viewRig({ appendonly: 'always' });
    await using feed = new Feed(it.reader, it.epoch, 0);
    await write(it, 0, newToken(), newToken());
    await eventually(() => feed.revisions.length === 2);
    await it.server.kill();
    await it.server.restart();
    const since = performance.now();
    await reached(it);
    await it.view.watermark();
    await write(it, 2, newToken(), newToken());
    await eventually(() => feed.revisions.length >= 4, { within: BACK_WITHIN_MS - (performance.now() - since) });
    expect([feed.revisions, feed.end]).toEqual([[1, 2, 3, 4], undefined]);
  });

  it('that kept its data starts no feed before it is marked ready', async () => {
    await using it = await viewRig({ appendonly: 'always' });
    await it.server.kill();
    await it.server.restart();
    await reached(it);
    await using feed = new Feed(it.reader, it.epoch, 0);
    expect(await eventually(() => feed.end)).toBe('not_ready');
  });

  it('that came back empty finds nothing absent, takes no step, and ends feeds', async () => {
    await using it = await viewRig();
    const token = newToken();
    await using feed = new Feed(it.reader, it.epoch, 0);
    await write(it, 0, token);
    await eventually(() => feed.revisions.length === 1);
    await it.server.kill();
    expect(await codeOf(it.reader.get('token', token.id))).toBe('unavailable');
    expect(await codeOf(write(it, 1, newToken()))).toBe('unavailable');
    await it.server.restart();
    expect(await eventually(() => feed.end, { within: BACK_WITHIN_MS })).toBe('reset');
    await eventually(async () => (await codeOf(it.reader.watermark())) === 'not_ready', { within: BACK_WITHIN_MS });
    expect(await codeOf(it.reader.get('token', token.id))).toBe('not_ready');
    expect(await codeOf(it.reader.find('token', 'secret', token.body.secret.digest))).toBe('not_ready');
    const error = await eventually(async () => {
      const refused = await refusal(write(it, 1, newToken()));
      return refused.code !== 'unavailable' && refused;
    });
    expect([error.code, error.have]).toEqual(['gap', undefined]);
  });

  it('never gets a write that was in flight when it died', async () => {
    await using it = await viewRig();
    await it.server.freeze();
    const inFlight = [write(it, 0, newToken()), it.view.reset({ source: SOURCE, floor: NO_REVISION }), it.view.mark({ epoch: it.epoch })];
    const codes = Promise.all(inFlight.map(codeOf));
    await it.server.kill();
    expect(await codes).toEqual(['unavailable', 'unavailable', 'unavailable']);
    await it.server.restart();
    await eventually(async () => (await codeOf(it.view.watermark())) === 'not_ready', { within: BACK_WITHIN_MS });
    expect(await withRedis(it.server.port, (redis) => redis.dbsize())).toBe(0);
  });
});

describe('a server that is emptied while it runs', () => {
  it('finds nothing absent, takes no step, and ends idle feeds within 2 s', async () => {
    await using it = await viewRig();
    const token = newToken();
    await write(it, 0, token);
    await using feed = new Feed(it.reader, it.epoch, 1);
    await it.view.mark({ epoch: it.epoch });
    await eventually(() => feed.batches.length > 0);
    await withRedis(it.server.port, (redis) => redis.flushall());
    expect(await codeOf(it.reader.get('token', token.id))).toBe('not_ready');
    expect(await codeOf(it.reader.find('token', 'secret', token.body.secret.digest))).toBe('not_ready');
    const error = await refusal(write(it, 1, newToken()));
    expect([error.code, error.have]).toEqual(['gap', undefined]);
    expect(await eventually(() => feed.end, { within: BACK_WITHIN_MS })).toBe('reset');
  });

  it('and loses its functions gets them back with the next write', async () => {
    await using it = await viewRig();
    const token = newToken();
    await write(it, 0, token);
    await withRedis(it.server.port, (redis) => redis.function('FLUSH'));
    expect(await codeOf(it.reader.find('token', 'secret', token.body.secret.digest))).toBe('not_ready');
    await write(it, 1, newToken());
    expect((await it.reader.find('token', 'secret', token.body.secret.digest)).value?.record.id).toBe(token.id);
  });
});

describe('a server that cannot be reached', () => {
  it('does not keep a view from opening, and is found once it is there', async () => {
    const server = await redisServer();
    await using _ = server;
    await server.kill();
    const view = await openRedisView({ host: server.host, port: server.port, region: REGION });
    const reader = await openRedisViewReader({ url: `redis://${server.host}:${server.port}`, region: REGION });
    expect([await codeOf(view.watermark()), await codeOf(reader.watermark())]).toEqual(['unavailable', 'unavailable']);
    await server.restart();
    await eventually(async () => (await codeOf(view.watermark())) === 'not_ready', { within: BACK_WITHIN_MS });
    await eventually(async () => (await codeOf(reader.watermark())) === 'not_ready', { within: BACK_WITHIN_MS });
    await reader.close();
    await view.close();
  });

  it('because it hangs ends each call at its signal, and loses no feed', async () => {
    await using it = await viewRig();
    await using feed = new Feed(it.reader, it.epoch, 0);
    await write(it, 0, newToken());
    await eventually(() => feed.revisions.length === 1);
    await it.server.freeze();
    const reason = new Error('enough');
    const stop = new AbortController();
    const calls = [it.reader.get('token', 'x', { signal: stop.signal }), it.view.watermark({ signal: stop.signal })];
    const outcomes = Promise.allSettled(calls);
    stop.abort(reason);
    expect((await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([reason, reason]);
    await it.server.thaw();
    await write(it, 1, newToken());
    await eventually(() => feed.revisions.length === 2, { within: BACK_WITHIN_MS });
    expect([feed.revisions, feed.end]).toEqual([[1, 2], undefined]);
  });

  it('because it hangs is given up, and found again when it goes on', async () => {
    await using it = await viewRig();
    await using feed = new Feed(it.reader, it.epoch, 0);
    await write(it, 0, newToken());
    await eventually(() => feed.revisions.length === 1);
    await it.server.freeze();
    expect(await codeOf(it.reader.get('token', 'x'))).toBe('unavailable');
    await it.server.thaw();
    await eventually(() => write(it, 1, newToken()).then(() => true), { within: BACK_WITHIN_MS });
    await eventually(() => feed.revisions.length === 2, { within: BACK_WITHIN_MS });
    await eventually(() => it.reader.get('token', 'x'), { within: BACK_WITHIN_MS });
    expect([feed.revisions, feed.end, (await it.reader.watermark()).revision]).toEqual([[1, 2], undefined, revision(2)]);
  });
});
