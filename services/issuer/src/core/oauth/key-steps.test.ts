import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_REVISION } from '@mintmark/domain';
import { createSealer } from '@mintmark/keys';
import { createLogger, createMetrics } from '@mintmark/kit/telemetry';
import { systemWorld, type World } from '@mintmark/kit/lifecycle';
import type { Log } from '@mintmark/log';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import type { View } from '@mintmark/view';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { expect, it, vi } from 'vitest';
import { ISSUER_DEFAULTS, type IssuerConfig } from '../../config.ts';
import { startIssuer } from '../../service.ts';
import { issuerEvents } from '../../telemetry.ts';
import { recordsOf } from '../signing.fixture.ts';

/** Where nobody listens. */
const NOBODY = '127.0.0.1:1';
const ATTEMPTS = 2;

it('K2 while the authority is away the next key waits: however often it is tried to publish it, one private half is kept', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'mintmark-keys-')), (path) => rm(path, { recursive: true }));
  const log = stack.adopt(await openEmbeddedLog({ path: folder }), (opened) => opened.close());
  const view = stack.adopt(openEmbeddedView(), (opened) => opened.close());
  stack.use(folding(log, view));
  const told = { service: 'issuer', region: 'eu' } as const;
  const events = issuerEvents(createLogger({ ...told, level: 'silent' }), createMetrics(told));
  const trouble = vi.spyOn(events, 'keyTrouble');
  const { world, slept } = impatient();
  const config: IssuerConfig = {
    ...ISSUER_DEFAULTS,
    region: 'eu',
    authority: 'us',
    issuers: { us: NOBODY },
    rpc: { host: '127.0.0.1', port: 0, tls: 'insecure' },
    predecessors: false,
    bootstrapResetFile: join(folder, 'reset'),
    tokens: { issuer: 'https://mint.example', audiences: ['api'] },
  };
  stack.use(await startIssuer(config, { log, view, records: recordsOf('eu'), sealer: createSealer([randomBytes(32)], randomBytes), world, events, metrics: createMetrics({ service: 'issuer', region: 'eu', process: false }) }));
  await vi.waitFor(() => expect(slept()).toBeGreaterThanOrEqual(ATTEMPTS), { timeout: 10_000, interval: 5 });
  expect(trouble).toHaveBeenCalledExactlyOnceWith({ step: 'create', problem: expect.stringContaining('the authority cannot be reached') });
  const kept: string[] = [];
  const { revision } = await log.head();
  for await (const { entries, through } of log.tail({ after: NO_REVISION, signal: AbortSignal.timeout(5_000) })) {
    kept.push(...entries.filter(({ record }) => record.kind === 'signing_secret').map(({ record }) => record.id));
    if (through >= revision) break;
  }
  expect(kept).toHaveLength(1);
});

/** A world in which one does not wait long before trying again. */
function impatient(): { readonly world: World; readonly slept: () => number } {
  const RETRY_MS = 2_000;
  let slept = 0;
  const { timers } = systemWorld;
  const sleep: World['timers']['sleep'] = async (ms, signal) => {
    await timers.sleep(ms === RETRY_MS ? 5 : ms, signal);
    if (ms === RETRY_MS) slept += 1;
  };
  return { world: { ...systemWorld, timers: { ...timers, sleep } }, slept: () => slept };
}

/** Folds the log into the view for as long as it lasts. */
function folding(log: Log, view: View): AsyncDisposable {
  const stop = new AbortController();
  const run = async (): Promise<void> => {
    const { incarnation } = await log.head();
    const { epoch } = await view.reset({ source: { region: 'eu', incarnation }, floor: NO_REVISION });
    await view.mark({ epoch, ready: true });
    let from = NO_REVISION;
    for await (const { entries, through } of log.tail({ after: NO_REVISION, signal: stop.signal })) {
      await view.apply(entries, { epoch, from, to: through });
      from = through;
    }
  };
  const running = run();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
