import { replicator, statusOf } from '@mintmark/contract';
import { background } from '@mintmark/kit/lifecycle';
import { showBounds } from '@mintmark/kit/overload';
import { observedIn, type RpcServer, serverCredentials, startRpcServer, unary } from '@mintmark/kit/rpc';
import type { Metrics } from '@mintmark/kit/telemetry';
import { compose, type Loop, loopsOf, type ReplicatorPorts } from './compose.ts';
import type { ReplicatorConfig } from './config.ts';
import { digestOf, rangesOf } from './core/verify/peer.ts';
import { registerGauges } from './gauges.ts';
import { replicatorPeers } from './peers/replicators.ts';
import { verify } from './rpc/verify.ts';
import { waitApplied } from './rpc/wait-applied.ts';
import { type StatusSources, statusOfReplicator } from './status.ts';

const STOP_GRACE_MS = 2_000;
const HEALTH_EVERY_MS = 250;
const STATUS_DEADLINE_MS = 5_000;
/** A million records take four minutes. */
const VERIFY_DEADLINE_MS = 3_600_000;

export interface ReplicatorService extends AsyncDisposable {
  readonly port: number;
  status(): replicator.StatusResponse;
}

/** Starts a replicator: resolves when its port answers. */
export async function startReplicator(config: ReplicatorConfig, { metrics, ...given }: ReplicatorPorts & { readonly metrics: Metrics }): Promise<ReplicatorService> {
  await using stack = new AsyncDisposableStack();
  const ports = { peerOf: replicatorPeers(config.replicators ?? {}, config.rpc.tls, stack), ...given };
  const sources = compose(config, ports);
  const rpc = await startRpcServer({
    ...config.rpc,
    credentials: serverCredentials(config.rpc.tls),
    services: [{ definition: replicator.ReplicatorService, implementation: replicatorServer(sources) }],
    reflection: config.protoRoot === undefined ? false : { root: config.protoRoot, files: ['mintmark/v1/replicator.proto'] },
    observe: observedIn(metrics),
  });
  stack.defer(() => rpc.stop(STOP_GRACE_MS));
  runLoops(config, ports, sources, rpc, stack);
  showBounds(metrics, rpc.bounds);
  registerGauges(metrics, sources);
  const owned = stack.move();
  return {
    port: rpc.port,
    status: () => statusOfReplicator(sources),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function replicatorServer(sources: StatusSources): replicator.ReplicatorServer {
  const options = { toStatus: statusOf, defaultDeadlineMs: STATUS_DEADLINE_MS };
  return {
    status: unary(options, async () => statusOfReplicator(sources)),
    waitApplied: unary(options, (call) => waitApplied(sources, call.request, call.signal)),
    digest: unary(options, async (call) => digestOf(sources.keeper.kept, call.request)),
    range: unary(options, async (call) => rangesOf(sources.keeper.kept, call.request)),
    verify: unary({ ...options, defaultDeadlineMs: VERIFY_DEADLINE_MS }, (call) => verify(sources, call.signal)),
  };
}

function runLoops(config: ReplicatorConfig, ports: ReplicatorPorts, sources: StatusSources, rpc: RpcServer, stack: AsyncDisposableStack): void {
  const { world, events } = ports;
  const run = ({ name, run: loop }: Loop): void => {
    stack.use(background(name, loop, { world, onFailure: ({ error }) => events.interrupted({ loop: name, error }) }));
  };
  run({ name: 'mark', run: (signal) => tellHealth(sources, rpc, signal) });
  for (const loop of loopsOf(config, ports, sources)) run(loop);
}

async function tellHealth(sources: StatusSources, rpc: RpcServer, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    rpc.setServing('mintmark.v1.Replicator', sources.projector.state.ready);
    await sources.world.timers.sleep(HEALTH_EVERY_MS, signal).catch(() => undefined);
  }
}
