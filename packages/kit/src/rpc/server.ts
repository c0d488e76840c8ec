import { type AddressInfo, createServer, type Server as Listener } from 'node:net';
import { protoPath as healthProto, HealthImplementation } from 'grpc-health-check';
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  Server,
  type ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { within } from '../lifecycle/within.ts';
import type { Bound } from '../overload/bound.ts';
import { boundConnections } from '../overload/connections.ts';
import { Calls, type CallsOptions, crowdedStatus } from './calls.ts';
import { bind, guarded } from './method.ts';
import { sendAhead } from './send-ahead.ts';

export interface RpcService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

export interface RpcServerOptions extends CallsOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly credentials: ServerCredentials;
  readonly services: readonly RpcService[];
  /** Largest request; larger ones end with `RESOURCE_EXHAUSTED`. Default 1 MiB. */
  readonly maxMessageBytes?: number;
  /** Calls in hand per connection; more wait at the caller. Default 1,024. */
  readonly maxConcurrentCalls?: number;
  /** Connections at once; further ones are closed before a byte is read. Default 8,192. */
  readonly maxConnections?: number;
  /** Proto files, relative to `root`, to describe to callers that ask; `false` describes nothing. */
  readonly reflection: { readonly root: string; readonly files: readonly string[] } | false;
}

export interface RpcServer extends AsyncDisposable {
  readonly port: number;
  readonly bounds: readonly Bound[];
  /** Health of one service, by its full name. All start as not serving; the server as a whole (name "") serves when all do. */
  setServing(service: string, serving: boolean): void;
  /**
   * Stops in phases: not serving; streams end with `UNAVAILABLE`; unary calls in hand finish within `graceMs`; what is left is aborted and cut.
   * Resolves once no connection and, within the grace, no handler is left. Later calls return the first one's promise.
   */
  stop(graceMs: number): Promise<void>;
}

const KEEPALIVE = { 'grpc.keepalive_time_ms': 20_000, 'grpc.keepalive_timeout_ms': 10_000 };
const MAX_CONNECTIONS = 8_192;
/** How long aborted handlers may still answer before their connections are cut. */
const ABORTED_MS = 50;
/** How long handlers that ignore their signal are waited for after the cut. */
const AFTER_CUT_MS = 200;
/** The grace of `Symbol.asyncDispose`. */
const DISPOSE_GRACE_MS = 5_000;

/** Starts a server and resolves when it listens. Rejects when the address cannot be bound. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const calls = new Calls(options);
  const server = new Server({
    'grpc.max_receive_message_length': options.maxMessageBytes ?? 1 << 20,
    'grpc.max_concurrent_streams': options.maxConcurrentCalls ?? 1_024,
    'grpc.enable_channelz': 0,
    interceptors: [sendAhead],
    ...KEEPALIVE,
  });
  for (const service of options.services) add(server, service, calls);
  const health = new Health(options.services.map(nameOf));
  const bystanders = {
    addService: (definition: ServiceDefinition, implementation: UntypedServiceImplementation) => server.addService(definition, endable(implementation, calls)),
  };
  health.addTo(bystanders);
  if (options.reflection !== false) describe(options.reflection).addToServer(bystanders);
  // grpc-js itself would take in any number of connections.
  const connections = server.createConnectionInjector(options.credentials);
  const listener = createServer({ noDelay: true }, (socket) => connections.injectConnection(socket));
  const connected = boundConnections(listener, options.maxConnections ?? MAX_CONNECTIONS);
  const port = await listening(listener, options);
  let stopped: Promise<void> | undefined;
  const stop = (graceMs: number): Promise<void> => {
    stopped ??= shutDown({ server, listener, connections, calls, health }, graceMs);
    return stopped;
  };
  return {
    port,
    bounds: [connected, calls.unary, calls.streams],
    setServing: (service, serving) => health.set(service, serving),
    stop,
    [Symbol.asyncDispose]: () => stop(DISPOSE_GRACE_MS),
  };
}

async function listening(listener: Listener, { host, port }: Pick<RpcServerOptions, 'host' | 'port'>): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen({ host: host.replace(/^\[|\]$/g, ''), port }, () => {
      listener.off('error', reject);
      resolve();
    });
  });
  return (listener.address() as AddressInfo).port;
}

interface Running {
  readonly server: Server;
  readonly listener: Listener;
  readonly connections: ReturnType<Server['createConnectionInjector']>;
  readonly calls: Calls;
  readonly health: Health;
}

async function shutDown({ server, listener, connections, calls, health }: Running, graceMs: number): Promise<void> {
  health.stop();
  calls.endStreams();
  const unbound = new Promise<void>((resolve) => void listener.close(() => resolve()));
  // The cut is drain's: forceShutdown of grpc-js 1.14 knows no connections where channelz is off.
  connections.drain(graceMs + ABORTED_MS);
  const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  const work = Promise.all([unbound, closed, calls.idle()]);
  if (await within(graceMs, work)) return;
  calls.abortAll();
  await within(ABORTED_MS + AFTER_CUT_MS, work);
}

function add(server: Server, service: RpcService, calls: Calls): void {
  const ours = new Set<string>();
  const implementation: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(service.definition)) {
    const given = service.implementation[name] ?? (method.originalName === undefined ? undefined : service.implementation[method.originalName]);
    if (given === undefined) throw new Error(`no handler for ${method.path}`);
    const bound = bind<UntypedHandleCall>(given, calls);
    implementation[name] = bound.ours ? bound.handler : (given.bind(service.implementation) as UntypedHandleCall);
    if (bound.ours) ours.add(name);
  }
  server.addService(
    guarded(service.definition, (name) => ours.has(name), calls),
    implementation,
  );
}

/** Handlers of other libraries whose streams would outlast the server: their streams end with it. */
function endable(implementation: UntypedServiceImplementation, calls: Calls): UntypedServiceImplementation {
  return Object.fromEntries(
    Object.entries(implementation).map(([name, handler]) => {
      if (handler.length > 1) return [name, handler];
      const stream = (call: ServerDuplexStream<unknown, unknown>): void => {
        const place = calls.streams.take();
        if (typeof place === 'string') return void call.emit('error', crowdedStatus());
        const entry = calls.stream((reason) => void call.emit('error', reason));
        call.once('cancelled', () => {
          entry[Symbol.dispose]();
          place[Symbol.dispose]();
        });
        (handler as handleServerStreamingCall<unknown, unknown> & handleBidiStreamingCall<unknown, unknown>)(call as never);
      };
      return [name, stream as UntypedHandleCall];
    }),
  );
}

function describe(reflection: { readonly root: string; readonly files: readonly string[] }): ReflectionService {
  return new ReflectionService(loadSync([...reflection.files, healthProto], { includeDirs: [reflection.root] }));
}

function nameOf(service: RpcService): string {
  const path = Object.values(service.definition)[0]?.path ?? '';
  return path.split('/')[1] ?? '';
}

class Health {
  readonly #implementation: HealthImplementation;
  readonly #serving: Map<string, boolean>;
  #stopped = false;

  constructor(services: readonly string[]) {
    this.#serving = new Map(services.map((service) => [service, false]));
    this.#implementation = new HealthImplementation(Object.fromEntries(['', ...services].map((service) => [service, 'NOT_SERVING'])));
  }

  addTo(server: { addService(definition: ServiceDefinition, implementation: UntypedServiceImplementation): void }): void {
    this.#implementation.addToServer(server as never);
  }

  set(service: string, serving: boolean): void {
    const before = this.#serving.get(service);
    if (before === undefined) throw new Error(`no such service: ${service}`);
    if (this.#stopped || before === serving) return;
    this.#serving.set(service, serving);
    this.#implementation.setStatus(service, serving ? 'SERVING' : 'NOT_SERVING');
    const all = [...this.#serving.values()].every(Boolean);
    this.#implementation.setStatus('', all ? 'SERVING' : 'NOT_SERVING');
  }

  stop(): void {
    for (const service of this.#serving.keys()) this.set(service, false);
    this.#stopped = true;
  }
}
