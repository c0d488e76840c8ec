import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entry, keyOf, type LiveRecord, NO_REVISION, revision } from '@mintmark/domain';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { LogError } from '@mintmark/log';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { Follower } from '@mintmark/view';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { describe, expect, it } from 'vitest';
import type { IssuerContext } from '../context.ts';
import { Attachments } from './attachments.ts';
import { Expiries } from './expiries.ts';
import { Standing } from './authority/standing.ts';
import { commit, decide } from './commit.ts';
import { signingFor } from './signing.fixture.ts';
import { WholeLog } from './whole-log.ts';

const MARKER: LiveRecord<'bootstrap'> = { kind: 'bootstrap', id: 'acl', scope: 'global', deleted: false, createIndex: NO_REVISION, writeId: 'w'.repeat(22), body: { accessorId: '5b8b9a3e-0000-4000-8000-000000000001' } };

/** A region whose view is moved by hand. */
async function opened(stack: AsyncDisposableStack, given: Partial<IssuerContext> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-commit-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const log = stack.adopt(await openEmbeddedLog({ path: join(folder, 'log') }), (open) => open.close());
  const view = stack.adopt(openEmbeddedView(), (open) => open.close());
  const shows = async (incarnation: string, at: number, entries: readonly Entry[] = []): Promise<void> => {
    const { epoch } = await view.reset({ source: { region: 'us', incarnation }, floor: NO_REVISION });
    await view.apply(entries, { epoch, from: NO_REVISION, to: revision(at) });
    await view.mark({ epoch, ready: true });
  };
  const { incarnation } = await log.head();
  await shows(incarnation, 0);
  const over = new AbortController();
  const follower = new Follower(view, { monotonic: () => systemWorld.clock.monotonic(), sleep: (ms, signal) => systemWorld.timers.sleep(ms, signal) });
  const attachments = new Attachments(systemWorld, false);
  const standing = new Standing(view, systemWorld, { region: 'us', configured: 'us', others: [] });
  standing.reset();
  const running = Promise.all([follower.run(over.signal), standing.run(over.signal)]);
  stack.defer(async () => {
    over.abort();
    await running;
  });
  await follower.covers(NO_REVISION, over.signal);
  const ctx = { region: 'us', standing, world: systemWorld, log, view, follower, attachments, signing: signingFor(log), wholeLog: new WholeLog(systemWorld.timers, () => new Error('full')), expiries: { token: new Expiries('token'), session: new Expiries('session') }, writeTimeoutMs: 5_000, ...given } as unknown as IssuerContext;
  const inLog = async (): Promise<Entry> => {
    for (;;) {
      const entry = await log.get(keyOf(MARKER));
      if (entry !== undefined) return entry;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { incarnation, shows, inLog, write: () => commit(ctx, MARKER, { key: NO_REVISION }, over.signal) };
}

describe('a write whose view begins anew before it has shown it', () => {
  it('is not acknowledged by a higher index, where it was lost with its log (P1, simulation seed 401)', async () => {
    await using stack = new AsyncDisposableStack();
    const { shows, inLog, write } = await opened(stack);
    const refused = expect(write()).rejects.toMatchObject({ code: 'outcome_unknown' });
    await inLog();
    await shows('another incarnation---', 1_000_001);
    await refused;
  });

  it('is not acknowledged by its own index, where the log had given that to another write before (P1, simulation seed 5216)', async () => {
    await using stack = new AsyncDisposableStack();
    const { incarnation, shows, inLog, write } = await opened(stack);
    const refused = expect(write()).rejects.toMatchObject({ code: 'outcome_unknown' });
    const { revision: at } = await inLog();
    await shows(incarnation, at);
    await refused;
  });

  it('is acknowledged where the view shows it', async () => {
    await using stack = new AsyncDisposableStack();
    const { incarnation, shows, inLog, write } = await opened(stack);
    const written = write();
    const entry = await inLog();
    await shows(incarnation, entry.revision, [entry]);
    expect((await written).index).toBe(entry.revision);
  });
});

it('a write of which the region cannot tell whether it was the authority then has an unknown outcome', async () => {
  await using stack = new AsyncDisposableStack();
  const leave = { epoch: 0, by: NO_REVISION, feed: 1, [Symbol.dispose]: () => undefined };
  const stood = (_leave: unknown, _index: unknown, signal: AbortSignal): Promise<boolean> => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const { incarnation, shows, inLog, write } = await opened(stack, { standing: { enter: async () => leave, stood } as unknown as Standing, writeTimeoutMs: 1_000 });
  const refused = expect(write()).rejects.toMatchObject({ code: 'outcome_unknown', message: expect.stringMatching(/^outcome unknown, index 1: /) });
  const entry = await inLog();
  await shows(incarnation, entry.revision, [entry]);
  await refused;
});

describe('a decision that others spoil each time', () => {
  const { signal } = new AbortController();
  const spoiltBy = (attempts: number) => {
    const tried = { count: 0 };
    const attempt = async (): Promise<string> => {
      tried.count += 1;
      if (tried.count <= attempts) throw new LogError('conflict', 'the log is at 2, not at 1');
      return 'decided';
    };
    return { tried, attempt };
  };

  it('is tried again as long as a write may take', async () => {
    const { tried, attempt } = spoiltBy(12);
    expect(await decide({ world: systemWorld, writeTimeoutMs: 10_000 } as IssuerContext, signal, attempt)).toBe('decided');
    expect(tried.count).toBe(13);
  });

  it('is refused as a conflict then, and never before it was tried nine times', async () => {
    const { tried, attempt } = spoiltBy(Number.POSITIVE_INFINITY);
    await expect(decide({ world: systemWorld, writeTimeoutMs: 0 } as IssuerContext, signal, attempt)).rejects.toMatchObject({ code: 'conflict' });
    expect(tried.count).toBe(9);
  });
});
