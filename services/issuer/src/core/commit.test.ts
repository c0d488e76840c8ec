import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LiveRecord, NO_REVISION, revision } from '@mintmark/domain';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { Follower } from '@mintmark/view';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { expect, it } from 'vitest';
import type { IssuerContext } from '../context.ts';
import { Attachments } from './attachments.ts';
import { Standing } from './authority/standing.ts';
import { commit } from './commit.ts';
import { signingFor } from './signing.fixture.ts';

const MARKER: LiveRecord<'bootstrap'> = { kind: 'bootstrap', id: 'acl', scope: 'global', deleted: false, createIndex: NO_REVISION, writeId: 'w'.repeat(22), body: { accessorId: '5b8b9a3e-0000-4000-8000-000000000001' } };

it('a write that was lost with its log before the view showed it is not acknowledged by a higher index (P1, simulation seed 401)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-commit-'));
  const log = await openEmbeddedLog({ path: join(folder, 'log') });
  const view = openEmbeddedView();
  const shows = async (incarnation: string, at: number): Promise<void> => {
    const { epoch } = await view.reset({ source: { region: 'us', incarnation }, floor: NO_REVISION });
    await view.apply([], { epoch, from: NO_REVISION, to: revision(at) });
    await view.mark({ epoch, ready: true });
  };
  await shows((await log.head()).incarnation, 0);
  const over = new AbortController();
  const follower = new Follower(view, { monotonic: () => systemWorld.clock.monotonic(), sleep: (ms, signal) => systemWorld.timers.sleep(ms, signal) });
  const following = follower.run(over.signal);
  await follower.covers(NO_REVISION, over.signal);
  const attachments = new Attachments(systemWorld, false);
  const standing = new Standing(view, systemWorld, { region: 'us', configured: 'us', others: [] });
  standing.reset();
  const standingBy = standing.run(over.signal);
  const ctx = { region: 'us', standing, world: systemWorld, log, view, follower, attachments, signing: signingFor(log), writeTimeoutMs: 5_000 } as unknown as IssuerContext;
  const written = commit(ctx, MARKER, { key: NO_REVISION }, over.signal);
  const refused = expect(written).rejects.toMatchObject({ code: 'outcome_unknown' });
  while ((await log.head()).revision === 0) await new Promise((resolve) => setImmediate(resolve));
  await shows('another incarnation---', 1_000_001);
  await refused;
  over.abort();
  await Promise.all([following, standingBy]);
  await Promise.all([view.close(), log.close()]);
  await rm(folder, { recursive: true });
});
