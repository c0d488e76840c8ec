import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyOf, type LiveRecord, NO_REVISION, type Revision, type Tombstone } from '@mintmark/domain';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { type Log, LogError } from '@mintmark/log';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { Follower } from '@mintmark/view';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { expect, it } from 'vitest';
import type { IssuerContext } from '../context.ts';
import { keepingAnAdministrator } from './guards.ts';
import { readById } from './reading.ts';
import { WholeLog } from './whole-log.ts';

const management = (id: string, digest: string): LiveRecord<'token'> => ({
  kind: 'token',
  id,
  scope: 'global',
  deleted: false,
  createIndex: NO_REVISION,
  writeId: 'w'.repeat(22),
  body: { secret: { digest: digest.repeat(64), sealed: new Uint8Array() }, name: 'admin', type: 'management', policies: null, roleIds: [], hash: new Uint8Array(32), createTime: '2026-01-01T00:00:00Z', expirationTime: null, expirationTtl: 0 },
});
const ONE = management('5b8b9a3e-0000-4000-8000-000000000001', '1');
const OTHER = management('5b8b9a3e-0000-4000-8000-000000000002', '2');
const GONE: Tombstone<'token'> = { kind: 'token', id: ONE.id, scope: 'global', deleted: true, createIndex: NO_REVISION, writeId: 'x'.repeat(22) };

it('decides again where the token was ended after it was read and before the log stood still (P2)', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-guards-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const log = stack.adopt(await openEmbeddedLog({ path: join(folder, 'log') }), (open) => open.close());
  const view = stack.adopt(openEmbeddedView(), (open) => open.close());
  const { epoch } = await view.reset({ source: { region: 'us', incarnation: (await log.head()).incarnation }, floor: NO_REVISION });
  const over = new AbortController();
  const follower = new Follower(view, { monotonic: () => systemWorld.clock.monotonic(), sleep: (ms, signal) => systemWorld.timers.sleep(ms, signal) });
  const running = follower.run(over.signal);
  stack.defer(() => {
    over.abort();
    return running;
  });
  let from: Revision = NO_REVISION;
  const written = async (record: LiveRecord<'token'> | Tombstone<'token'>): Promise<void> => {
    const to = await log.append(record, { key: (await log.get(keyOf(record)))?.revision ?? NO_REVISION });
    await view.apply([{ revision: to, record }], { epoch, from, to });
    await view.mark({ epoch, ready: true });
    from = to;
  };
  await written(ONE);
  await written(OTHER);
  const endedMeanwhile: Log = Object.create(log, {
    head: {
      value: async () => {
        await written(GONE);
        return log.head();
      },
    },
  });
  const ctx = { world: systemWorld, log: endedMeanwhile, view, follower, wholeLog: new WholeLog(systemWorld.timers, () => new Error('full')), writeTimeoutMs: 5_000 } as unknown as IssuerContext;
  const stored = await readById(ctx, 'token', ONE.id, over.signal);
  if (stored === undefined) throw new Error('the token is not shown');
  const write = keepingAnAdministrator(ctx, stored, () => Promise.resolve('written'), over.signal);
  await expect(write).rejects.toSatisfy((error) => error instanceof LogError && error.code === 'conflict');
});
