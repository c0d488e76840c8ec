import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { environment, type Plan, resetFile, SERVICES, type Service, type Surroundings } from './environment.ts';
import { type ShiftedClock, shiftedClock } from './faketime.ts';
import { mintmarkServer } from './mintmark-server.ts';
import { freePort, releasePort } from './ports.ts';
import { mintmark } from './programs.ts';
import { withRedis } from './redis.ts';
import { type Cluster, type Part, type PartName, REGIONS, type Region, type StartOptions } from './regions.ts';
import type { Server } from './server.ts';
import { Stores } from './stores.ts';
import { TO_AUTHORITY, WIRES, type Wire, Wires } from './wires.ts';

/** Three regions of five processes each: nats-server, redis-server and the three services. */
export async function startDistributed(folder: string, options: StartOptions): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const plans = await Promise.all(REGIONS.map((name) => plan(name, join(folder, name))));
  for (const { http, grpc, issuer, replicator, ops } of plans) {
    for (const port of [http, grpc, issuer, replicator, ops.issuer, ops.replicator]) stack.defer(() => releasePort(port));
  }
  const remote = randomBytes(12).toString('hex');
  const stores = await Promise.all(plans.map((own) => storesOf(own, remote, options)));
  for (const each of stores) stack.use(each);
  const [authority] = stores as [Stores];
  const authorityLogs = authority.logs.map(({ port }) => port);
  const ofIssuers = options.issuerEnv?.(plans.map(({ http }) => `http://127.0.0.1:${http}`)) ?? {};
  const sealing = randomBytes(32).toString('base64');
  const regions: Region[] = [];
  for (const [at, own] of plans.entries()) {
    const wires = stack.use(await wiresOf(own, stores[at] as Stores, { authority: at === 0 ? undefined : (plans[0] as Plan), authorityLogs, options }));
    const further = { issuer: ofIssuers, replicator: options.replicatorEnv?.(own.name) ?? {}, validator: options.validatorEnv?.(own.name) ?? {} };
    const started = await startRegion(own, stores[at] as Stores, { plans, logs: stores.map(({ logs }) => logs.map(({ port }) => port)), remote, sealing, wires, further }, options);
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
    folders: [folder, ...stores.flatMap(({ logs, view }) => [...logs, view].map(({ dir }) => dir))],
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
  return { name, http, grpc, issuer, replicator, ops: { issuer: ofIssuer, replicator: ofReplicator }, folder, password: randomBytes(12).toString('hex'), recordKeys: { issuer: randomBytes(32), replicator: randomBytes(32) } };
}

function storesOf({ name, password }: Plan, remote: string, { replicatedLog, standbys = false, disks }: StartOptions): Promise<Stores> {
  return Stores.start({ region: name, password, remote, replicated: replicatedLog === name, standby: standbys, disk: disks });
}

interface Neighbourhood {
  /** Absent in the authority. */
  readonly authority: Plan | undefined;
  readonly authorityLogs: readonly number[];
  readonly options: StartOptions;
}

/** The hops that the options ask for. What is kept by several servers has none on the way to it: their clients learn of all of them by themselves. */
function wiresOf(own: Plan, { logs, view }: Stores, { authority, authorityLogs, options }: Neighbourhood): Promise<Wires> {
  const [log, another] = logs as [Server, ...Server[]];
  const [authorityLog, theirOther] = authorityLogs as [number, ...number[]];
  const targets: Partial<Record<Wire, number>> = {
    ...(another === undefined && { 'issuer to log': log.port, 'replicator to log': log.port }),
    'issuer to view': view.port,
    'replicator to view': view.port,
    'validator to view': view.port,
    'validator to issuer': own.issuer,
    ...(authority && { 'issuer to authority': authority.issuer, 'replicator to authority': authority.replicator, 'validator to authority': authority.http }),
    ...(authority && theirOther === undefined && { 'replicator to authority log': authorityLog }),
  };
  const wanted: readonly Wire[] = options.wires === true ? WIRES : options.links === true ? TO_AUTHORITY : [];
  return Wires.open(Object.fromEntries(Object.entries(targets).filter(([wire]) => wanted.includes(wire as Wire))));
}

async function startRegion(own: Plan, stores: Stores, around: Surroundings, options: StartOptions): Promise<{ readonly region: Region; readonly dispose: () => Promise<void> }> {
  const clocks = new Map<Service, ShiftedClock>();
  if (options.shiftable === true) for (const service of SERVICES) clocks.set(service, await shiftedClock(join(own.folder, `${service}.clock`)));
  const ports = { logs: stores.logs.map(({ port }) => port), view: stores.view.port };
  const launch = (service: Service, at: Plan = own, name: string = service): Promise<Server> =>
    mintmarkServer({
      name: `${at.name} ${name}`,
      args: ['server', service],
      env: { ...options.env, ...clocks.get(service)?.env, ...environment(service, at, ports, around) },
      ready: [service === 'validator' ? `http://127.0.0.1:${at.http}/readyz` : `http://127.0.0.1:${at.ops[service]}/healthz`],
      dir: at.folder,
      output: join(at.folder, `${name}.log`),
    });
  const [issuer, replicator] = await Promise.all([launch('issuer'), launch('replicator')]);
  const services = { issuer, replicator, validator: await launch('validator') };
  const part = (name: PartName): Part => (name === 'log' ? stores.log() : partOf(name === 'view' ? stores.view : services[name]));
  const downwards: readonly PartName[] = ['validator', 'issuer', 'replicator', 'view', 'log'];
  const region: Region = {
    name: own.name,
    http: `http://127.0.0.1:${own.http}`,
    grpc: `127.0.0.1:${own.grpc}`,
    ...(options.links === true && own !== around.plans[0] && { link: around.wires.link(...TO_AUTHORITY) }),
    operator: { flags: [], env: { ...environment('replicator', own, ports, around), MINTMARK_SEALING_KEYS: around.sealing } },
    part,
    anotherValidator: () => another(own, (at) => launch('validator', at, `validator ${at.http}`)),
    async stop() {
      for (const name of ['validator', 'issuer', 'replicator'] as const) await services[name].stop();
      for (const server of [stores.view, ...stores.logs]) await server.stop();
    },
    async start() {
      for (const name of downwards.toReversed()) await part(name).restart();
    },
    ...harmTo(stores, around.wires, clocks),
    pids: () => Object.fromEntries(([...Object.entries(services), ['log', stores.logs[0]], ['view', stores.view]] as [PartName, Server][]).map(([name, { pid }]) => [name, pid])),
    sizes: () => stores.sizes(),
  };
  return {
    region,
    async dispose() {
      await Promise.all(SERVICES.map((service) => services[service][Symbol.asyncDispose]()));
    },
  };
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

function harmTo(stores: Stores, wires: Wires, clocks: ReadonlyMap<Service, ShiftedClock>) {
  return {
    flushView: () => stores.flushView(),
    deleteLog: () => stores.deleteLog(),
    save: (store) => stores.save(store),
    setBack: (store, copy) => stores.setBack(store, copy),
    wire: (...names) => wires.link(...names),
    disk: (store) => stores.disk(store),
    logLeader: async () => partOf(await stores.leader()),
    leaveStandbyBehind: () => stores.leaveBehind(),
    async failOver() {
      wires.retarget(await stores.failOver(), 'issuer to view', 'replicator to view', 'validator to view');
    },
    async shiftClock(service, ms) {
      const clock = clocks.get(service);
      if (clock === undefined) throw new Error('the cluster was started without shiftable clocks');
      await clock.shift(ms);
    },
  } satisfies Partial<Region>;
}

function partOf(server: Server): Part {
  return { kill: () => server.kill(), freeze: () => server.freeze(), thaw: () => server.thaw(), restart: () => server.restart() };
}
