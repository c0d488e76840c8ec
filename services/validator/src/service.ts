import { createHttpServer, HTTP_BOUNDS, type HttpServer, type Readiness, registerOpenApi, registerOps } from '@mintmark/kit/http';
import { Supervisor, type World } from '@mintmark/kit/lifecycle';
import type { Bound } from '@mintmark/kit/overload';
import { observedIn, serverCredentials, startRpcServer } from '@mintmark/kit/rpc';
import type { Logger, Metrics } from '@mintmark/kit/telemetry';
import type { RecordVerifier } from '@mintmark/keys/records';
import type { ViewReader } from '@mintmark/view';
import type { ValidatorConfig } from './config.ts';
import { compose, type Composed, loopsOf } from './compose.ts';
import type { ValidatorEvents } from './events.ts';
import { ABOUT } from './http/api.ts';
import { registerAcl } from './http/acl/index.ts';
import { registerAuthorize } from './http/authorize.ts';
import { registerOAuth } from './http/oauth/index.ts';
import { registerPeople } from './http/people/index.ts';
import { registerPersonal } from './http/personal/index.ts';
import { registerPolicyTest } from './http/policy-test.ts';
import { registerAuthority } from './http/operator/authority.ts';
import { registerRegions } from './http/regions.ts';
import { registerVerify } from './http/verify.ts';
import { connectReplicator, type ReplicatorConnection } from './peers/replicator-client.ts';
import { registerSession } from './http/session/index.ts';
import { registerValidate } from './http/validate.ts';
import { registerWorkload } from './http/workload/index.ts';
import { registerGauges } from './gauges.ts';
import { validatorService } from './rpc/index.ts';

const STOP_GRACE_MS = 5_000;
const HEALTH_EVERY_MS = 250;
const ROOM_BESIDE_WATCHERS = 8_192;
const SERVICE_NAME = 'mintmark.v1.Validator';

/** What a validator is given; it disposes of none of it. */
export interface ValidatorPorts {
  readonly view: ViewReader;
  readonly records: RecordVerifier;
  readonly world: World;
  readonly events: ValidatorEvents;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Of other services of the process, for `/metrics`. */
  readonly alsoMetrics?: readonly Metrics[];
  /** What else `/readyz` names, beside the validator's own state. */
  readonly alsoReady?: () => readonly Readiness[];
}

export interface ValidatorService extends AsyncDisposable {
  readonly httpPort: number;
  readonly rpcPort: number;
  ready(): readonly Readiness[];
}

/** Starts a validator: resolves when both of its ports answer. */
export async function startValidator(config: ValidatorConfig, ports: ValidatorPorts): Promise<ValidatorService> {
  await using stack = new AsyncDisposableStack();
  const composed = compose(config, ports, stack);
  const ready = (): readonly Readiness[] => [...readiness(composed), ...(ports.alsoReady?.() ?? [])];
  const loops = stack.use(new Supervisor({ world: ports.world, onFailure: ({ name, error }) => ports.events.interrupted({ loop: name, error }) }));
  for (const [name, run] of Object.entries(loopsOf(composed))) loops.start(name, run);
  const rpc = await startRpcServer({
    ...config.rpc,
    credentials: serverCredentials(config.rpc.tls),
    services: [validatorService(composed.ctx)],
    reflection: config.protoRoot === undefined ? false : { root: config.protoRoot, files: ['mintmark/v1/validator.proto'] },
    onError: (error, { method, requestId }) => ports.events.failed({ requestId, method, error }),
    observe: observedIn(ports.metrics),
  });
  stack.defer(() => rpc.stop(STOP_GRACE_MS));
  const replicator = config.replicator === undefined ? undefined : stack.use(connectReplicator(config.replicator, config.issuer.tls));
  const http = equip(config, ports, { composed, replicator, ready, ofRpc: rpc.bounds });
  stack.defer(() => http.stop(STOP_GRACE_MS));
  const httpPort = await http.listen();
  loops.start('health', async (signal) => {
    while (!signal.aborted) {
      rpc.setServing(SERVICE_NAME, composed.ctx.follower.live);
      await ports.world.timers.sleep(HEALTH_EVERY_MS, signal).catch(() => undefined);
    }
  });
  const owned = stack.move();
  return { httpPort, rpcPort: rpc.port, ready, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Equipment {
  readonly composed: Composed;
  readonly replicator: ReplicatorConnection | undefined;
  readonly ready: () => readonly Readiness[];
  readonly ofRpc: readonly Bound[];
}

function equip(config: ValidatorConfig, ports: ValidatorPorts, { composed, replicator, ready, ofRpc }: Equipment): HttpServer {
  const { ctx } = composed;
  const server = createHttpServer({
    ...config.http,
    logger: ports.logger,
    metrics: ports.metrics,
    trustedProxies: config.trustedProxies,
    requireHttps: config.requireHttps,
    bounds: { maxConnections: inHand(config), maxRequests: inHand(config) },
  });
  registerOpenApi(server.app, ABOUT);
  registerOps(server.app, { ready, metrics: [ports.metrics, ...(ports.alsoMetrics ?? [])] });
  registerGauges(ports.metrics, composed, [...ofRpc, ...server.bounds]);
  registerAuthority(server.app, ctx);
  registerRegions(server.app, ctx, config.regions);
  registerVerify(server.app, ctx, replicator);
  registerValidate(server.app, ctx);
  registerAuthorize(server.app, ctx);
  registerPolicyTest(server.app, ctx);
  registerWorkload(server.app, ctx);
  registerPeople(server.app, ctx);
  registerPersonal(server.app, ctx, ports);
  registerSession(server.app, ctx, { https: config.requireHttps, events: ports.events });
  registerOAuth(server.app, ctx);
  registerAcl(server.app, { ...ctx, events: ports.events, atHand: server.atHand, stopping: server.stopping });
  return server;
}

/** Those who wait, and as many who do not as one process can serve. */
function inHand({ maxWatchers }: ValidatorConfig): number {
  return Math.max(HTTP_BOUNDS.maxRequests, maxWatchers + ROOM_BESIDE_WATCHERS);
}

function readiness({ ctx, attachment, refusals }: Composed): readonly Readiness[] {
  const { live, ageMs } = ctx.follower;
  return [
    { name: 'view', ready: live, detail: live ? `heard of ${Math.round(ageMs)} ms ago` : 'being folded, or out of reach' },
    { name: 'issuer', ready: attachment.attached, detail: attachment.attached ? 'attached' : 'not attached: writes fail, answers come from the view' },
    // Whoever writes to a store must not be able to take the region out of service with it.
    ...refusals.readiness,
  ];
}
