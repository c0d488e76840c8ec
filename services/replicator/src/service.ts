import { replicator, statusOf } from '@mintmark/contract';
import { background, type World } from '@mintmark/kit/lifecycle';
import { type RpcServer, serverCredentials, startRpcServer, unary } from '@mintmark/kit/rpc';
import type { Log, LogReader } from '@mintmark/log';
import { type View, ViewError } from '@mintmark/view';
import type { ReplicatorConfig } from './config.ts';
import { compactForever } from './core/compactor.ts';
import { Projector } from './core/projector.ts';
import { Puller } from './core/puller.ts';
import type { ReplicatorEvents } from './events.ts';
import { waitApplied } from './rpc/wait-applied.ts';
import { type StatusSources, statusOfReplicator } from './status.ts';

const STOP_GRACE_MS = 2_000;
const HEALTH_EVERY_MS = 250;
const STATUS_DEADLINE_MS = 5_000;

/** What a replicator is given; it disposes of none of it. */
export interface ReplicatorPorts {
  readonly log: Log;
  readonly view: View;
  /** The authority's log; absent in the authority. */
  readonly source: LogReader | undefined;
  readonly world: World;
  readonly events: ReplicatorEvents;
}

export interface ReplicatorService extends AsyncDisposable {
  readonly port: number;
  status(): replicator.StatusResponse;
}

/** Starts a replicator: resolves when its port answers. */
export async function startReplicator(config: ReplicatorConfig, ports: ReplicatorPorts): Promise<ReplicatorService> {
  await using stack = new AsyncDisposableStack();
  const projector = new Projector({ region: config.region, ...ports });
  const puller = ports.source === undefined ? undefined : new Puller({ ...pullerDeps(config, ports, projector), source: ports.source });
  const sources: StatusSources = { region: config.region, authority: config.authority, world: ports.world, projector, puller };
  const rpc = await startRpcServer({
    ...config.rpc,
    credentials: serverCredentials(config.rpc.tls),
    services: [{ definition: replicator.ReplicatorService, implementation: replicatorServer(sources) }],
    reflection: config.protoRoot === undefined ? false : { root: config.protoRoot, files: ['mintmark/v1/replicator.proto'] },
  });
  stack.defer(() => rpc.stop(STOP_GRACE_MS));
  runLoops(config, ports, sources, rpc, stack);
  const owned = stack.move();
  return {
    port: rpc.port,
    status: () => statusOfReplicator(sources),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function pullerDeps(config: ReplicatorConfig, ports: ReplicatorPorts, projector: Projector) {
  const remembered = async (signal: AbortSignal) => {
    try {
      return (await ports.view.watermark({ signal })).contact;
    } catch (error) {
      if (error instanceof ViewError) return undefined;
      throw error;
    }
  };
  return { authority: config.authority, log: ports.log, projector, world: ports.world, events: ports.events, remembered };
}

function replicatorServer(sources: StatusSources): replicator.ReplicatorServer {
  const options = { toStatus: statusOf, defaultDeadlineMs: STATUS_DEADLINE_MS };
  return {
    status: unary(options, async () => statusOfReplicator(sources)),
    waitApplied: unary(options, (call) => waitApplied(sources, call.request, call.signal)),
  };
}

function runLoops(config: ReplicatorConfig, ports: ReplicatorPorts, sources: StatusSources, rpc: RpcServer, stack: AsyncDisposableStack): void {
  const { world, events, log } = ports;
  const { projector, puller } = sources;
  const run = (name: 'project' | 'pull' | 'mark', loop: (signal: AbortSignal) => Promise<void>): void => {
    stack.use(background(name, loop, { world, onFailure: ({ error }) => events.interrupted({ loop: name, error }) }));
  };
  run('mark', (signal) => tellHealth(sources, rpc, signal));
  run('mark', (signal) => compactForever({ log, world, onCompacted: (purged, before) => events.compacted({ purged, before }) }, config.tombstones, signal));
  run('mark', (signal) => projector.heartbeat((applied) => puller?.contact(applied), puller === undefined ? never : (until) => puller.news(until), signal));
  if (puller !== undefined) {
    run('pull', (signal) => puller.look(signal));
    run('pull', (signal) => puller.run(signal));
  }
  run('project', (signal) => projector.run(signal));
}

/** Resolves when the signal aborts. */
function never(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function tellHealth(sources: StatusSources, rpc: RpcServer, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    rpc.setServing('mintmark.v1.Replicator', sources.projector.state.ready);
    await sources.world.timers.sleep(HEALTH_EVERY_MS, signal).catch(() => undefined);
  }
}
