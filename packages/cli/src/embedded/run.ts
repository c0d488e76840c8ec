import { resolve } from 'node:path';
import { ConfigError } from '@mintmark/kit/config';
import { runUntilSignal, systemWorld } from '@mintmark/kit/lifecycle';
import { startProtectedApi } from '@mintmark/protected-api';
import type { Environment } from '../environment.ts';
import { failed } from '../failed.ts';
import { type EmbeddedCluster, type EmbeddedClusterOptions, startEmbeddedCluster } from './cluster.ts';
import { embeddedSettings } from './settings.ts';
import { welcome } from './welcome.ts';

const READY_WITHIN_MS = 60_000;

export interface RunOptions extends Omit<EmbeddedClusterOptions, 'settings'> {
  /** Port of the example API, which is guarded by the first region. Absent: without it. */
  readonly example?: number;
  readonly env: Environment;
}

/** Runs all regions until a signal comes, and the example API beside them. */
export async function runEmbedded(options: RunOptions): Promise<void> {
  const data = resolve(options.data);
  try {
    await runUntilSignal(async (stopping) => {
      await using stack = new AsyncDisposableStack();
      const cluster = stack.use(await startEmbeddedCluster({ ...options, data, settings: embeddedSettings(options.env) }));
      await ready(cluster, stopping);
      const example = await exampleOf(options, cluster, stack);
      process.stdout.write(welcome(cluster.regions, data, example));
      return stack.move();
    });
  } catch (error) {
    failed(error instanceof ConfigError ? error.message : error);
  }
}

/** Waits until every region shows its log, every replica what the authority has, and the authority decides. */
async function ready({ regions }: EmbeddedCluster, signal: AbortSignal): Promise<void> {
  const until = systemWorld.clock.monotonic() + READY_WITHIN_MS;
  const settled = (): boolean => regions.every(({ status, decided }) => decided() && status().ready && (status().lag === undefined || status().lag?.authorityIncarnation !== ''));
  while (!settled() && systemWorld.clock.monotonic() < until) await systemWorld.timers.sleep(20, signal);
}

/** Where the example API listens. A port that somebody else has costs the example, not the regions. */
async function exampleOf({ example, host }: RunOptions, { regions: [region] }: EmbeddedCluster, stack: AsyncDisposableStack): Promise<string | undefined> {
  if (example === undefined || region === undefined) return undefined;
  try {
    return stack.use(await startProtectedApi({ host, port: example, region })).url;
  } catch (error) {
    process.stderr.write(`the example API does not run: ${(error as Error).message}\n`);
    return undefined;
  }
}
