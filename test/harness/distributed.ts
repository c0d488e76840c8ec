import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { namesOf, permissionsOf } from '@mintmark/log/nats';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type Cluster, type Link, type Part, type PartName, REGIONS, type Region, type StartOptions } from './regions.ts';
import { mintmarkServer } from './mintmark-server.ts';
import { ADMIN, natsServer } from './nats.ts';
import { freePort, releasePort } from './ports.ts';
import { mintmark } from './programs.ts';
import { redisServer, withRedis } from './redis.ts';
import type { Server } from './server.ts';
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts';

const SERVICES = ['issuer', 'replicator', 'validator'] as const;
const NATS_USERS = ['issuer', 'replicator', 'remoteReader'] as const;
type Service = (typeof SERVICES)[number];

/** Everything that one region needs to know of itself and of the others before anything runs. */
interface Plan {
  readonly name: string;
  readonly http: number;
  readonly grpc: number;
  readonly issuer: number;
  readonly replicator: number;
  readonly ops: Readonly<Record<'issuer' | 'replicator', number>>;
  readonly folder: string;
  readonly password: string;
}

interface Stores {
  readonly log: Server;
  readonly view: Server;
}

/** Three regions of five processes each: nats-server, redis-server and the three services. */
export async function startDistributed(folder: string, { links = false, issuerEnv, validatorEnv, env }: StartOptions): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const plans = await Promise.all(REGIONS.map((name) => plan(name, join(folder, name))));
  for (const { http, grpc, issuer, replicator, ops } of plans) {
    for (const port of [http, grpc, issuer, replicator, ops.issuer, ops.replicator]) stack.defer(() => releasePort(port));
  }
  const stores = await Promise.all(plans.map((own, at) => startStores(own, at === 0)));
  for (const { log, view } of stores) {
    stack.use(log);
    stack.use(view);
  }
  const ofIssuers = issuerEnv?.(plans.map(({ http }) => `http://127.0.0.1:${http}`)) ?? {};
  const sealing = randomBytes(32).toString('base64');
  const regions: Region[] = [];
  for (const [at, own] of plans.entries()) {
    const hops = links && at > 0 ? stack.use(await hopsTo(plans[0] as Plan, stores[0] as Stores)) : undefined;
    const started = await startRegion(own, stores[at] as Stores, { plans, stores, sealing, hops, ofIssuers, ofValidator: validatorEnv?.(own.name) ?? {}, env });
    stack.defer(started.dispose);
    regions.push(started.region);
  }
  const owned = stack.move();
  return {
    mode: 'distributed',
    regions: regions as unknown as Cluster['regions'],
    async resetBootstrap() {
      const { command, args } = mintmark('operator', 'bootstrap-reset', '--file', resetFile(plans[0] as Plan));
      execFileSync(command, args, { stdio: 'pipe' });
    },
    async settle() {
      for (const { view } of stores) await withRedis(view.port, (redis) => redis.save());
    },
    folders: [folder, ...stores.flatMap(({ log, view }) => [log.dir, view.dir])],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function plan(name: string, folder: string): Promise<Plan> {
  await mkdir(folder, { recursive: true });
  const [http, grpc, issuer, replicator, ofIssuer, ofReplicator] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  return { name, http, grpc, issuer, replicator, ops: { issuer: ofIssuer, replicator: ofReplicator }, folder, password: randomBytes(12).toString('hex') };
}

async function startStores({ name, password }: Plan, authority: boolean): Promise<Stores> {
  const users = NATS_USERS.map((user) => ({ user, pass: password, ...permissionsOf(name, `_INBOX_${user}`, { authority })[user] }));
  const [log, view] = await Promise.all([natsServer({ users }), redisServer({ appendonly: 'everysec' })]);
  return { log, view };
}

interface Shared {
  readonly plans: readonly Plan[];
  readonly stores: readonly Stores[];
  readonly sealing: string;
  readonly ofIssuers: Readonly<Record<string, string>>;
  /** Of every process. */
  readonly env: Readonly<Record<string, string>>;
  readonly ofValidator: Readonly<Record<string, string>>;
  readonly hops: Hops | undefined;
}

/** What a region's way to the authority passes through, where its link can be broken. */
interface Hops extends AsyncDisposable {
  readonly log: TcpProxy;
  readonly issuer: TcpProxy;
  readonly replicator: TcpProxy;
  readonly http: TcpProxy;
}

async function hopsTo(authority: Plan, stores: Stores): Promise<Hops> {
  await using stack = new AsyncDisposableStack();
  const log = stack.use(await tcpProxy(stores.log));
  const issuer = stack.use(await tcpProxy({ port: authority.issuer }));
  const replicator = stack.use(await tcpProxy({ port: authority.replicator }));
  const http = stack.use(await tcpProxy({ port: authority.http }));
  const owned = stack.move();
  return { log, issuer, replicator, http, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function linkOf({ log, issuer, replicator, http }: Hops): Link {
  const hops = [log, issuer, replicator, http];
  return {
    cut: () => hops.forEach((hop) => void hop.cut()),
    delay: (ms) => hops.forEach((hop) => void hop.delay(ms)),
    blackhole: (...directions) => hops.forEach((hop) => void hop.blackhole(...directions)),
    heal: () => hops.forEach((hop) => void hop.heal()),
  };
}

async function startRegion(own: Plan, stores: Stores, shared: Shared): Promise<{ readonly region: Region; readonly dispose: () => Promise<void> }> {
  const launch = (service: Service, at: Plan = own, name: string = service): Promise<Server> =>
    mintmarkServer({
      name: `${at.name} ${name}`,
      args: ['server', service],
      env: { ...shared.env, ...environment(service, at, stores, shared) },
      ready: [service === 'validator' ? `http://127.0.0.1:${at.http}/readyz` : `http://127.0.0.1:${at.ops[service]}/healthz`],
      dir: at.folder,
      output: join(at.folder, `${name}.log`),
    });
  const [issuer, replicator] = await Promise.all([launch('issuer'), launch('replicator')]);
  const services = { issuer, replicator, validator: await launch('validator') };
  const parts: Readonly<Record<PartName, Server>> = { ...services, log: stores.log, view: stores.view };
  const downwards: readonly PartName[] = ['validator', 'issuer', 'replicator', 'view', 'log'];
  const region: Region = {
    name: own.name,
    http: `http://127.0.0.1:${own.http}`,
    grpc: `127.0.0.1:${own.grpc}`,
    ...(shared.hops && { link: linkOf(shared.hops) }),
    operator: { flags: [], env: { ...environment('replicator', own, stores, shared), MINTMARK_SEALING_KEYS: shared.sealing } },
    part: (name) => partOf(parts[name]),
    anotherValidator: () => another(own, (at) => launch('validator', at, `validator ${at.http}`)),
    async stop() {
      for (const name of downwards) await parts[name].stop();
    },
    async start() {
      for (const name of downwards.toReversed()) await parts[name].restart();
    },
    async flushView() {
      await withRedis(stores.view.port, (redis) => redis.flushall());
    },
    async deleteLog() {
      await using nc = await connect({ servers: `127.0.0.1:${stores.log.port}`, ...ADMIN });
      await (await jetstreamManager(nc)).streams.delete(namesOf(own.name).stream);
    },
    saveLog: () => stores.log.snapshot(),
    async setLogBack(copy) {
      await stores.log.kill();
      await stores.log.restoreSnapshot(copy);
      await stores.log.restart();
    },
  };
  return {
    region,
    async dispose() {
      await Promise.all(SERVICES.map((service) => services[service][Symbol.asyncDispose]()));
    },
  };
}

function partOf(server: Server): Part {
  return { kill: () => server.kill(), freeze: () => server.freeze(), thaw: () => server.thaw(), restart: () => server.restart() };
}

function resetFile({ folder }: Plan): string {
  return join(folder, 'acl-bootstrap-reset');
}

async function another(own: Plan, launch: (at: Plan) => Promise<Server>): Promise<AsyncDisposable & { readonly http: string; readonly grpc: string }> {
  const [http, grpc] = [await freePort(), await freePort()];
  const server = await launch({ ...own, http, grpc });
  return {
    http: `http://127.0.0.1:${http}`,
    grpc: `127.0.0.1:${grpc}`,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      for (const port of [http, grpc]) releasePort(port);
    },
  };
}

function environment(service: Service, own: Plan, stores: Stores, { plans, stores: all, sealing, hops, ofIssuers, ofValidator }: Shared): Record<string, string> {
  const [authority] = plans as [Plan];
  const httpOf = (other: Plan): number => (other === authority && hops !== undefined ? hops.http.port : other.http);
  const loopback = (port: number): string => `127.0.0.1:${port}`;
  const common = { MINTMARK_REGION: own.name, MINTMARK_AUTHORITY: authority.name, MINTMARK_REDIS_URL: `redis://127.0.0.1:${stores.view.port}` };
  const tokens = { MINTMARK_ISSUER_URL: `http://${loopback(authority.http)}` };
  if (service === 'validator') {
    return {
      ...common,
      ...tokens,
      ...ofValidator,
      MINTMARK_HTTP_LISTEN: loopback(own.http),
      MINTMARK_RPC_LISTEN: loopback(own.grpc),
      MINTMARK_ISSUER: loopback(own.issuer),
      MINTMARK_REGIONS: plans.map((other) => `${other.name}=http://${loopback(httpOf(other))}`).join(','),
    };
  }
  const nats = { MINTMARK_NATS_SERVERS: `nats://${loopback(stores.log.port)}`, MINTMARK_NATS_USER: service, MINTMARK_NATS_PASSWORD: own.password };
  const listen = { MINTMARK_RPC_LISTEN: loopback(own[service]), MINTMARK_OPS_LISTEN: loopback(own.ops[service]) };
  if (service === 'issuer') {
    return {
      ...common,
      ...tokens,
      ...nats,
      ...listen,
      ...ofIssuers,
      MINTMARK_SEALING_KEYS: sealing,
      MINTMARK_BOOTSTRAP_RESET_FILE: resetFile(own),
      ...(own === authority ? {} : { MINTMARK_AUTHORITY_ISSUER: loopback(hops?.issuer.port ?? authority.issuer) }),
    };
  }
  if (own === authority) return { ...common, ...nats, ...listen };
  return {
    ...common,
    ...nats,
    ...listen,
    MINTMARK_AUTHORITY_NATS_SERVERS: `nats://${loopback(hops?.log.port ?? (all[0] as Stores).log.port)}`,
    MINTMARK_AUTHORITY_REPLICATOR: loopback(hops?.replicator.port ?? authority.replicator),
    MINTMARK_AUTHORITY_NATS_USER: 'remoteReader',
    MINTMARK_AUTHORITY_NATS_PASSWORD: authority.password,
  };
}
