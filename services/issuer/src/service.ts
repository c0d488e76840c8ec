import { issuer, oauth, workload } from '@mintmark/contract';
import { background } from '@mintmark/kit/lifecycle';
import { showBounds } from '@mintmark/kit/overload';
import { observedIn, type RpcServer, serverCredentials, startRpcServer } from '@mintmark/kit/rpc';
import type { Metrics } from '@mintmark/kit/telemetry';
import { compose, type IssuerPorts } from './compose.ts';
import type { IssuerConfig } from './config.ts';
import type { IssuerContext } from './context.ts';
import { loopsOf } from './loops.ts';
import { issuerServer } from './rpc/index.ts';
import { oauthServer } from './rpc/oauth/index.ts';
import { workloadServer } from './rpc/workload/index.ts';

const STOP_GRACE_MS = 5_000;
const SERVICE_NAME = 'mintmark.v1.Issuer';

export interface IssuerStatus {
  /** Whether the view is followed and shows the region: writes can be decided. */
  readonly ready: boolean;
  readonly detail: string;
  readonly index: number;
  readonly validators: number;
  /** Whether global writes find somebody to decide about them, as far as this region knows. */
  readonly authority: { readonly ready: boolean; readonly detail: string };
}

export interface IssuerService extends AsyncDisposable {
  readonly port: number;
  status(): IssuerStatus;
}

/** Starts an issuer: resolves when its port answers. */
export async function startIssuer(config: IssuerConfig, { metrics, ...ports }: IssuerPorts & { readonly metrics: Metrics }): Promise<IssuerService> {
  await using stack = new AsyncDisposableStack();
  const ctx = compose(config, ports, stack);
  const rpc = await startRpcServer({
    ...config.rpc,
    credentials: serverCredentials(config.rpc.tls),
    services: [
      { definition: issuer.IssuerService, implementation: issuerServer(ctx) },
      { definition: oauth.OAuthService, implementation: oauthServer(ctx) },
      { definition: workload.WorkloadService, implementation: workloadServer(ctx) },
    ],
    reflection: config.protoRoot === undefined ? false : { root: config.protoRoot, files: ['mintmark/v1/issuer.proto', 'mintmark/v1/oauth.proto', 'mintmark/v1/workload.proto'] },
    observe: observedIn(metrics),
  });
  stack.defer(() => rpc.stop(STOP_GRACE_MS));
  runLoops(config, ctx, rpc, stack);
  showBounds(metrics, [...ctx.bounds, ...rpc.bounds]);
  metrics.gauge({ name: 'mintmark_index', help: "The region's index as this service covers it.", collect: (set) => set({}, statusOfIssuer(ctx).index) });
  metrics.gauge({
    name: 'mintmark_issuer_clock_ahead_seconds',
    help: "How far another region's clock is ahead of this one's.",
    labels: ['peer'],
    collect(set) {
      for (const [peer, aheadMs] of ctx.peerClocks.ahead) set({ peer }, aheadMs / 1_000);
    },
  });
  const owned = stack.move();
  return {
    port: rpc.port,
    status: () => statusOfIssuer(ctx),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function runLoops(config: IssuerConfig, ctx: IssuerContext, rpc: RpcServer, stack: AsyncDisposableStack): void {
  const { world, events } = ctx;
  const options = { world, onFailure: ({ name, error }: { name: string; error: unknown }) => events.failed({ requestId: 'none', method: name, error }) };
  for (const [name, run] of Object.entries(loopsOf(config, ctx))) stack.use(background(name, run, options));
  stack.use(background('health', (signal) => tellHealth(ctx, rpc, signal), options));
}

async function tellHealth(ctx: IssuerContext, rpc: RpcServer, signal: AbortSignal): Promise<void> {
  const HEALTH_EVERY_MS = 250;
  while (!signal.aborted) {
    rpc.setServing(SERVICE_NAME, statusOfIssuer(ctx).ready);
    await ctx.world.timers.sleep(HEALTH_EVERY_MS, signal).catch(() => undefined);
  }
}

function statusOfIssuer(ctx: IssuerContext): IssuerStatus {
  const { position, live } = ctx.follower;
  return {
    ready: live,
    detail: live ? `follows the view; ${signing(ctx)}` : "the region's view is not ready or cannot be reached",
    index: position?.revision ?? 0,
    validators: ctx.attachments.size,
    authority: authorityOf(ctx),
  };
}

function authorityOf({ standing, peerClocks }: IssuerContext): IssuerStatus['authority'] {
  const { region, epoch, active } = standing.known;
  const problem = active ? standing.waits : 'has not taken over yet';
  const said = [`${region}, in epoch ${epoch}`, problem, peerClocks.trouble].filter((text) => text !== undefined);
  return { ready: standing.settled && problem === undefined, detail: said.join(', ') };
}

function signing({ oauth: { keyring } }: IssuerContext): string {
  const key = keyring.kid === undefined ? 'has no signing key yet' : `signs with ${keyring.kid}`;
  return keyring.trouble === undefined ? key : `${key}; ${keyring.trouble}`;
}
