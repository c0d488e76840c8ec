import { join } from 'node:path';
import { request } from 'undici';
import { eventually } from '../harness/eventually.ts';
import { type Mode, REGIONS, startCluster } from '../harness/cluster.ts';
import { freePort, releasePort } from '../harness/ports.ts';
import { provideServers } from '../setup/servers.ts';
import { startChild } from './measure/child.ts';
import { moveSelf } from './measure/cpu.ts';
import { Skip } from './measure/generators.ts';

export interface Address {
  readonly http: string;
  readonly grpc: string;
}

/** Three regions with a management token that all of them know. */
export interface Regions extends AsyncDisposable {
  /** The authority and two others. */
  readonly at: readonly [Address, Address, Address];
  /** Of the one process that all regions run in; absent where they are many. */
  readonly pid: number | undefined;
  readonly root: string;
}

const BOOTSTRAP_WITHIN_MS = 20_000;

/** Embedded regions run on the servers' core; distributed ones, fifteen processes, on all cores. Throws `Skip` where servers are missing. */
export async function openRegions(mode: Mode, folder: string): Promise<Regions> {
  await using stack = new AsyncDisposableStack();
  const { at, pid } = mode === 'embedded' ? await embedded(folder, stack) : await distributed(stack);
  const root = await bootstrap(at);
  const owned = stack.move();
  return { at, pid, root, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function embedded(folder: string, stack: AsyncDisposableStack) {
  const port = await freePort();
  stack.defer(() => releasePort(port));
  const data = join(folder, `embedded-${port}`);
  const { child, ready } = await startChild<Regions['at']>(new URL('./servers/embedded.ts', import.meta.url), { data, regions: REGIONS, port });
  stack.use(child);
  return { at: ready, pid: child.pid };
}

async function distributed(stack: AsyncDisposableStack) {
  await needServers();
  moveSelf('everywhere');
  try {
    const cluster = stack.use(await startCluster('distributed'));
    return { at: cluster.regions satisfies Regions['at'], pid: undefined };
  } finally {
    moveSelf('generators');
  }
}

/** Gets nats-server and redis-server where they are missing. Throws `Skip` where that cannot be. */
export async function needServers(): Promise<void> {
  try {
    await provideServers();
  } catch (error) {
    throw new Skip((error as Error).message);
  }
}

async function bootstrap(at: Regions['at']): Promise<string> {
  const made = await request(`${at[0].http}/v1/acl/bootstrap`, { method: 'POST' });
  const text = await made.body.text();
  if (made.statusCode !== 200) throw new Error(`bootstrap: ${made.statusCode} ${text}`);
  const { SecretID: root } = JSON.parse(text) as { SecretID: string };
  for (const { http } of at) {
    await eventually(
      async () => {
        const { statusCode, body } = await request(`${http}/v1/acl/tokens?per_page=1`, { headers: { 'X-Nomad-Token': root } });
        const text = await body.text();
        if (statusCode !== 200) throw new Error(`${http} answers ${statusCode} ${text}`);
        return true;
      },
      { within: BOOTSTRAP_WITHIN_MS, what: 'a bootstrap seen in every region' },
    );
  }
  return root;
}
