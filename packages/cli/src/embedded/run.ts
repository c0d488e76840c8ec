import { resolve } from 'node:path';
import { runUntilSignal, systemWorld } from '@mintmark/kit/lifecycle';
import { failed } from '../failed.ts';
import { type EmbeddedCluster, type EmbeddedClusterOptions, startEmbeddedCluster } from './cluster.ts';
import { welcome } from './welcome.ts';

const READY_WITHIN_MS = 60_000;

/** Runs all regions until a signal comes. */
export async function runEmbedded(options: EmbeddedClusterOptions): Promise<void> {
  const data = resolve(options.data);
  try {
    await runUntilSignal(async (stopping) => {
      await using stack = new AsyncDisposableStack();
      const cluster = stack.use(await startEmbeddedCluster({ ...options, data }));
      await ready(cluster, stopping);
      process.stdout.write(welcome(cluster.regions, data));
      return stack.move();
    });
  } catch (error) {
    failed(error);
  }
}

/** Waits until every region shows its log, and every replica what the authority has. */
async function ready({ regions }: EmbeddedCluster, signal: AbortSignal): Promise<void> {
  const until = systemWorld.clock.monotonic() + READY_WITHIN_MS;
  const settled = (): boolean => regions.every(({ status }) => status().ready && (status().lag === undefined || status().lag?.authorityIncarnation !== ''));
  while (!settled() && systemWorld.clock.monotonic() < until) await systemWorld.timers.sleep(20, signal);
}
