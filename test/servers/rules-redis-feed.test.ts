import { NO_REVISION } from '@mintmark/domain';
import { openRedisView } from '@mintmark/view/redis';
import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { withRedis } from '../harness/redis.ts';
import { newToken } from './view-fold.ts';
import { codeOf, Feed, REGION, refusal, SOURCE, type ViewRig, viewRig, write } from './view-rig.ts';

const BYTES_PER_TOKEN = 1300;
/** Well below the second for which an idle feed waits in one command. */
const AT_ONCE_MS = 600;

function feedKey({ epoch }: ViewRig): string {
  return `{mintmark:${REGION}}:feed:${epoch}`;
}

async function feedIds(rig: ViewRig): Promise<readonly string[]> {
  const entries = await withRedis(rig.server.port, (redis) => redis.xrange(feedKey(rig), '-', '+'));
  return entries.map(([id]) => id);
}

function tokens(count: number): readonly ReturnType<typeof newToken>[] {
  return Array.from({ length: count }, () => newToken());
}

describe('the feed in redis', () => {
  it('has the revisions as its ids, and marks behind the revision that they stand at', async () => {
    await using it = await viewRig();
    await write(it, 0, ...tokens(2));
    await it.view.mark({ epoch: it.epoch });
    await write(it, 2, ...tokens(1));
    expect(await feedIds(it)).toEqual(['1-0', '2-0', '2-1', '3-0']);
  });

  it('cannot be told an old revision again, whoever tells it', async () => {
    await using it = await viewRig();
    await write(it, 0, ...tokens(3));
    for (const id of ['1-0', '3-0', '2-7']) {
      const told = withRedis(it.server.port, (redis) => redis.xadd(feedKey(it), id, 'c', '+token/x'));
      await expect(told).rejects.toThrow(/equal or smaller/);
    }
  });

  it('tells each revision once while two replicators race', async () => {
    await using it = await viewRig();
    const { host, port } = it.server;
    const rival = await openRedisView({ host, port, region: REGION });
    await using feed = new Feed(it.reader, it.epoch, 0);
    const race = async (view: typeof rival): Promise<number> => {
      let won = 0;
      for (let from = 0; from < 200; from++) {
        const code = await write({ view, epoch: it.epoch }, from, newToken()).then(
          () => undefined,
          (error: { code: string }) => error.code,
        );
        if (code === undefined) won++;
        else expect(code).toBe('gap');
      }
      return won;
    };
    const [one, two] = await Promise.all([race(it.view), race(rival)]);
    expect(one + two).toBe(200);
    await eventually(() => feed.revisions.length >= 200);
    expect(feed.revisions).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    await rival.close();
  });

  it('is lost with its epoch: a replicator that was replaced meanwhile cannot go on', async () => {
    await using it = await viewRig();
    const { host, port } = it.server;
    await write(it, 0, ...tokens(2));
    const successor = await openRedisView({ host, port, region: REGION });
    const { epoch } = await successor.reset({ source: SOURCE, floor: NO_REVISION });
    await write({ view: successor, epoch }, 0, ...tokens(2));
    expect(await codeOf(write(it, 2, newToken()))).toBe('gap');
    expect(await codeOf(it.view.mark({ epoch: it.epoch, ready: true }))).toBe('gap');
    expect(await it.reader.watermark()).toMatchObject({ epoch, revision: 2, ready: false });
    await successor.close();
  });

  it('keeps no more than its limit, and its floor through a restart', async () => {
    await using it = await viewRig({ appendonly: 'always' }, 100);
    await write(it, 0, ...tokens(250));
    expect(await feedIds(it)).toHaveLength(100);
    await it.server.kill();
    await it.server.restart();
    await eventually(async () => (await it.view.watermark()).revision === 250);
    await it.view.mark({ epoch: it.epoch, ready: true });
    await using below = new Feed(it.reader, it.epoch, 149);
    expect(await eventually(() => below.end)).toBe('reset');
    // The mark took the place of one change.
    await using above = new Feed(it.reader, it.epoch, 150);
    await eventually(() => above.revisions.length > 0 || above.end !== undefined);
    expect([above.revisions.at(0), above.revisions.at(-1), above.end]).toEqual([151, 250, undefined]);
  });

  it('does not grow by marks', async () => {
    await using it = await viewRig();
    await write(it, 0, ...tokens(3));
    const contact = { region: 'us-east', incarnation: 'a', covered: NO_REVISION, head: NO_REVISION, at: 1 };
    for (let i = 0; i < 300; i++) await it.view.mark({ epoch: it.epoch, ...(i % 3 === 0 ? { contact: { ...contact, at: i } } : {}) });
    expect((await feedIds(it)).length).toBeLessThanOrEqual(5);
  });

  it('ends at once with a reset, however idle', async () => {
    await using it = await viewRig();
    await using feed = new Feed(it.reader, it.epoch, 0);
    await eventually(() => feed.batches.length > 0);
    await it.view.reset({ source: SOURCE, floor: NO_REVISION });
    expect(await eventually(() => feed.end, { within: AT_ONCE_MS })).toBe('reset');
  });

  it('refuses at once a position that it cannot serve', async () => {
    await using it = await viewRig();
    for (const [epoch, after] of [
      ['another', 0],
      [it.epoch, 1],
    ] as const) {
      await using feed = new Feed(it.reader, epoch, after);
      expect(await eventually(() => feed.end, { within: AT_ONCE_MS })).toBe('reset');
    }
  });

  it('is gone a minute after its epoch', async () => {
    await using it = await viewRig();
    await write(it, 0, ...tokens(3));
    await it.view.reset({ source: SOURCE, floor: NO_REVISION });
    const left = await withRedis(it.server.port, (redis) => redis.ttl(feedKey(it)));
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(60);
  });
});

describe('a view in redis', () => {
  it(`takes at most ${BYTES_PER_TOKEN} bytes for each token, feed included`, async () => {
    const count = 20_000;
    await using it = await viewRig();
    const used = (): Promise<number> => withRedis(it.server.port, async (redis) => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]));
    const before = await used();
    for (let from = 0; from < count; from += 250) await write(it, from, ...tokens(250));
    expect(((await used()) - before) / count).toBeLessThan(BYTES_PER_TOKEN);
  });

  it('is refused where the server may evict parts of it', async () => {
    await using it = await viewRig();
    const { host, port } = it.server;
    await withRedis(port, (redis) => redis.config('SET', 'maxmemory', '100mb', 'maxmemory-policy', 'allkeys-lru'));
    const view = await openRedisView({ host, port, region: REGION });
    const error = await refusal(view.watermark());
    expect([error.code, error.message]).toEqual(['unavailable', expect.stringContaining('maxmemory-policy must be noeviction')]);
    await view.close();
  });

  it('refuses whole batches when the server is full, and goes on answering', async () => {
    await using it = await viewRig();
    const token = newToken();
    await write(it, 0, token);
    await withRedis(it.server.port, (redis) => redis.config('SET', 'maxmemory', '1mb'));
    const error = await refusal(write(it, 1, ...tokens(10)));
    expect([error.code, error.message]).toEqual(['unavailable', expect.stringContaining('OOM')]);
    const read = await it.reader.list('token', { order: 'created', limit: 10 });
    expect([read.value.map(({ record }) => record.id), read.watermark.revision]).toEqual([[token.id], 1]);
  });

  it('frees what a reset drops', async () => {
    await using it = await viewRig();
    const keys = (): Promise<string[]> => withRedis(it.server.port, (redis) => redis.keys('*'));
    await write(it, 0, ...tokens(500));
    await it.view.reset({ source: SOURCE, floor: NO_REVISION });
    expect((await keys()).sort()).toEqual([feedKey(it), `{mintmark:${REGION}}:state`].sort());
  });
});
