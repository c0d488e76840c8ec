import { Access } from '@mintmark/access';
import { issuer, oauth, workload } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { Sealer } from '@mintmark/keys';
import { createPlatformVerifier } from '@mintmark/keys/assertions';
import { background, type World } from '@mintmark/kit/lifecycle';
import { type RpcServer, serverCredentials, startRpcServer } from '@mintmark/kit/rpc';
import type { Log } from '@mintmark/log';
import { Follower, type ViewReader } from '@mintmark/view';
import { bootstrapResetFile } from './bootstrap-reset.ts';
import { composeOAuth } from './compose-oauth.ts';
import type { IssuerConfig } from './config.ts';
import type { IssuerContext } from './context.ts';
import { Attachments } from './core/attachments.ts';
import { Attempts } from './core/people/attempts.ts';
import { passwordsOf } from './core/people/passwords.ts';
import { catchUp } from './core/oauth/catch-up.ts';
import { keepKeys } from './core/oauth/key-steps.ts';
import { sweepDenied } from './core/oauth/sweep-denied.ts';
import { sweepPeople } from './core/people/sweeper.ts';
import { sweepExpired } from './core/sweeper.ts';
import { keepSystemDocuments } from './core/system-documents.ts';
import { keepSystemServices } from './core/workload/system-services.ts';
import { Turns } from './core/turns.ts';
import type { IssuerEvents } from './events.ts';
import { connectAuthority } from './peers/authority-client.ts';
import { connectWorkloadAuthority } from './peers/workload-client.ts';
import { issuerServer } from './rpc/index.ts';
import { oauthServer } from './rpc/oauth/index.ts';
import { workloadServer } from './rpc/workload/index.ts';

const NS_PER_MS = 1_000_000n;
const STOP_GRACE_MS = 5_000;
const SERVICE_NAME = 'mintmark.v1.Issuer';

/** What an issuer is given; it disposes of none of it. */
export interface IssuerPorts {
  readonly log: Log;
  readonly view: ViewReader;
  readonly sealer: Sealer;
  readonly world: World;
  readonly events: IssuerEvents;
}

export interface IssuerStatus {
  /** Whether the view is followed and shows the region: writes can be decided. */
  readonly ready: boolean;
  readonly detail: string;
  readonly index: number;
  readonly validators: number;
}

export interface IssuerService extends AsyncDisposable {
  readonly port: number;
  status(): IssuerStatus;
}

/** Starts an issuer: resolves when its port answers. */
export async function startIssuer(config: IssuerConfig, ports: IssuerPorts): Promise<IssuerService> {
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
  });
  stack.defer(() => rpc.stop(STOP_GRACE_MS));
  runLoops(config, ctx, rpc, stack);
  const owned = stack.move();
  return {
    port: rpc.port,
    status: () => statusOfIssuer(ctx),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function compose(config: IssuerConfig, ports: IssuerPorts, stack: AsyncDisposableStack): IssuerContext {
  const { clock, timers } = ports.world;
  const reset = bootstrapResetFile(config.bootstrapResetFile);
  const access = new Access(ports.view, timers);
  const ofOAuth = composeOAuth(config, ports, stack, () => catchUp(ctx));
  const follower = new Follower(
    ports.view,
    { monotonic: () => clock.monotonic(), sleep: (ms, signal) => timers.sleep(ms, signal) },
    {
      onReset() {
        access.reset();
        ofOAuth.tokens.reset();
      },
      onChanges(batch) {
        access.changed(batch);
        ofOAuth.tokens.changed(batch);
      },
    },
  );
  const ctx: IssuerContext = {
    ...ports,
    region: config.region,
    follower,
    access,
    oauth: ofOAuth,
    judgePlatform: createPlatformVerifier(config.platforms ?? [], { earlyMs: 30_000, lateMs: 0 }),
    workloadAuthority: config.authority === undefined ? undefined : stack.use(connectWorkloadAuthority(config.authority, config.rpc.tls, config.region)),
    passwords: passwordsOf(config, ports.world),
    attempts: new Attempts(timers),
    turns: new Turns(),
    attachments: new Attachments(ports.world, config.predecessors),
    limits: { min: BigInt(config.minExpiryMs) * NS_PER_MS, max: BigInt(config.maxExpiryMs) * NS_PER_MS },
    authority: config.authority === undefined ? undefined : stack.use(connectAuthority(config.authority, config.rpc.tls, config.region)),
    readBootstrapReset: () => reset.read(),
    dropBootstrapReset: () => reset.drop(),
    writeTimeoutMs: config.writeTimeoutMs,
  };
  return ctx;
}

function runLoops(config: IssuerConfig, ctx: IssuerContext, rpc: RpcServer, stack: AsyncDisposableStack): void {
  const { world, events } = ctx;
  const options = { world, onFailure: ({ name, error }: { name: string; error: unknown }) => events.failed({ requestId: 'none', method: name, error }) };
  stack.use(background('follow', (signal) => ctx.follower.run(signal), options));
  stack.use(background('access', (signal) => ctx.access.run(signal), options));
  stack.use(background('oauth', (signal) => ctx.oauth.tokens.run(signal), options));
  stack.use(background('keys', (signal) => keepKeys(ctx, signal), options));
  stack.use(background('sweep', (signal) => sweepForever(config, ctx, signal), options));
  stack.use(background('documents', (signal) => documentsForever(ctx, signal), options));
  stack.use(background('health', (signal) => tellHealth(ctx, rpc, signal), options));
}

async function sweepForever(config: IssuerConfig, ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await ctx.world.timers.sleep(config.sweep.everyMs, signal);
    await sweepDenied(ctx, signal);
    await sweepExpired(ctx, { keep: BigInt(config.sweep.keepMs) * NS_PER_MS }, signal);
    await sweepPeople(ctx, signal);
  }
}

async function documentsForever(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  const LOOK_EVERY_MS = 5_000;
  while (!signal.aborted) {
    if (ctx.follower.live) await keepSystemRecords(ctx, signal).catch(onlyRefusals);
    await ctx.world.timers.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
}

async function keepSystemRecords(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  await keepSystemDocuments(ctx, signal);
  await keepSystemServices(ctx, signal);
}

function onlyRefusals(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
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
  };
}

function signing({ oauth: { keyring } }: IssuerContext): string {
  const key = keyring.kid === undefined ? 'has no signing key yet' : `signs with ${keyring.kid}`;
  return keyring.trouble === undefined ? key : `${key}; ${keyring.trouble}`;
}
