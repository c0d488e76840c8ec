import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LiveRecord, type Revision, revision } from '@mintmark/domain';
import type { Follower, View, ViewReader, Watermark } from '@mintmark/view';
import { openRedisView, openRedisViewReader } from '@mintmark/view/redis';
import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { type RedisServerOptions, redisServer, withRedis } from '../harness/redis.ts';
import type { Server } from '../harness/server.ts';
import { auditFeed, auditReads, type Findings } from './view-audit.ts';
import { fold, MemoryLog, newToken, tombstoneOf } from './view-fold.ts';

const REGION = 'us-east';
const KILLS = 3;

interface Rig extends AsyncDisposable {
  readonly server: Server;
  readonly log: MemoryLog;
  readonly view: View;
  readonly reader: ViewReader;
  readonly findings: Findings;
  readonly follower: Follower;
  /** Starts the fold, the readers and the follower. */
  start(): void;
  /** The view is ready and shows what the log has now. */
  caughtUp(): Promise<void>;
}

async function rig(options: RedisServerOptions): Promise<Rig> {
  const server = await redisServer(options);
  const log = new MemoryLog();
  const view = await openRedisView({ host: server.host, port: server.port, region: REGION });
  const reader = await openRedisViewReader({ host: server.host, port: server.port, region: REGION });
  const findings: Findings = { wrong: [], answered: 0, refused: 0, resets: 0, told: 0 };
  const follower = auditFeed(reader, findings);
  const stop = new AbortController();
  const running: Promise<void>[] = [];
  return {
    server,
    log,
    view,
    reader,
    findings,
    follower,
    start() {
      const { signal } = stop;
      running.push(fold(log, view, signal), follower.run(signal));
      for (let i = 0; i < 4; i++) running.push(auditReads(log, reader, findings, signal));
    },
    async caughtUp() {
      const { head } = log;
      const what = `the view being ready and showing ${head}`;
      await eventually(async () => shows(await reader.watermark(), head), { within: 10_000, what });
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(running);
      await reader.close();
      await view.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

function shows(watermark: Watermark, head: Revision): boolean {
  return watermark.ready && watermark.revision >= head;
}

/** Appends tokens, changes and deletions at about 2,000 a second while `meanwhile` runs. */
async function underLoad(log: MemoryLog, meanwhile: () => Promise<void>): Promise<void> {
  let over = false;
  const living: LiveRecord<'token'>[] = [];
  const write = async (): Promise<void> => {
    while (!over) {
      for (let i = 0; i < 20; i++) {
        const victim = living[randomInt(living.length + 1)];
        if (victim === undefined || i % 4 !== 0) living.push(newToken());
        log.append(victim === undefined || i % 4 !== 0 ? (living.at(-1) ?? newToken()) : i % 8 === 0 ? tombstoneOf(victim) : victim);
      }
      await sleep(10);
    }
  };
  const writing = write();
  await meanwhile().finally(() => {
    over = true;
  });
  await writing;
}

/** Lets the load go on until so much more was appended. */
async function more(log: MemoryLog, count: number): Promise<void> {
  const target = log.head + count;
  await eventually(() => log.head >= target, { within: 20_000, what: `${count} more appends` });
}

async function expectWhole({ log, reader, findings }: Rig): Promise<void> {
  const listed: string[] = [];
  for (let from = revision(0); ; ) {
    const { value } = await reader.list('token', { order: 'created', from: { createIndex: from, id: '' }, limit: 1000 });
    listed.push(...value.map(({ record }) => record.id));
    const last = value.at(-1)?.record.createIndex;
    if (last === undefined) break;
    from = revision(last + 1);
  }
  expect(listed).toEqual(log.live());
  expect(findings.wrong).toEqual([]);
  expect(findings.answered).toBeGreaterThan(100);
}

describe('a view in redis', () => {
  it('misses nothing after its server was killed three times and came back empty, under load', async () => {
    await using it = await rig({ appendonly: 'none' });
    it.start();
    await underLoad(it.log, async () => {
      for (let kill = 0; kill < KILLS; kill++) {
        await more(it.log, 1000);
        await it.server.kill();
        await more(it.log, 100);
        await it.server.restart();
        await it.caughtUp();
      }
      await more(it.log, 300);
    });
    await it.caughtUp();
    await expectWhole(it);
    expect(it.findings.resets).toBeGreaterThan(1);
  });

  it('misses nothing and repeats nothing after its server was killed three times and kept its data, under load', async () => {
    await using it = await rig({ appendonly: 'always' });
    it.start();
    await underLoad(it.log, async () => {
      await it.caughtUp();
      await eventually(() => it.follower.live, { what: 'the follower being live' });
      const { epoch } = await it.reader.watermark();
      const { resets } = it.findings;
      for (let kill = 0; kill < KILLS; kill++) {
        await more(it.log, 700);
        await it.server.kill();
        await it.server.restart();
        await it.caughtUp();
      }
      expect((await it.reader.watermark()).epoch).toBe(epoch);
      const { head } = it.log;
      await eventually(() => (it.follower.position?.revision ?? 0) >= head, { within: 10_000, what: `the follower at ${head}` });
      expect(it.findings.resets).toBe(resets);
    });
    await it.caughtUp();
    await expectWhole(it);
  });

  it('is emptied and folded anew under load: a reset drops what was cached', async () => {
    await using it = await rig({ appendonly: 'none' });
    it.start();
    await underLoad(it.log, async () => {
      await it.caughtUp();
      for (let flush = 0; flush < KILLS; flush++) {
        await more(it.log, 400);
        await withRedis(it.server.port, (redis) => redis.flushall());
        await it.caughtUp();
      }
    });
    await it.caughtUp();
    await expectWhole(it);
  });
});
