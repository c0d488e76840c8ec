import { clockIn } from './clock.ts';
import { temporaryFolder } from './folder.ts';
import { startDistributed } from './distributed.ts';
import { startEmbedded } from './embedded.ts';

import type { Cluster, ClusterOptions, Mode } from './regions.ts';

export { type Cluster, type ClusterOptions, type Mode, type Part, type PartName, REGIONS, type Region, type StoreName } from './regions.ts';
export type { Link, Wire } from './wires.ts';

/** Starts three regions and returns when all of them are ready. */
export async function startCluster(mode: Mode, options: ClusterOptions = {}): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder(mode));
  const clock = options.clock === true ? await clockIn(folder.path) : undefined;
  const given = { ...options, env: clock?.env ?? {} };
  const cluster = stack.use(mode === 'embedded' ? await startEmbedded(folder.path, given) : await startDistributed(folder.path, given));
  const owned = stack.move();
  return { ...cluster, ...(clock && { clock }), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
