import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { background, type World } from '@mintmark/kit/lifecycle';
import { Api, type ApiOptions } from './api.ts';
import { refuseSocket } from './api-error.ts';
import { Forwarder } from './forwarder.ts';
import { TokenSource } from './token-source.ts';

export interface PipelineOptions {
  /** Full name of the job that it serves. */
  readonly job: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Origin of the API: https, or http to this machine. */
  readonly target: string;
  /** Of the job's binding to the HTTP service, or its platform's assertion; a function is asked anew for each token. */
  readonly credential: string | (() => string);
  readonly ca?: string;
  /** How long the API may be silent; default 60 s. */
  readonly timeoutMs?: number;
  /** For how long a request without effect is sent again while the API cannot be reached, as when it is restarted: milliseconds; default 15 s. */
  readonly rideOutMs?: number;
  /** Allows http to other machines. For networks that encrypt by themselves. */
  readonly allowPlain?: boolean;
}

export interface Pipeline extends AsyncDisposable {
  readonly port: number;
}

const TIMEOUT_MS = 60_000;
const RIDE_OUT_MS = 15_000;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Starts a pipeline: resolves when its port answers. Throws a `RangeError` that names the option for a target that is none, or to which tokens would go in clear. */
export async function startPipeline(options: PipelineOptions, world: World): Promise<Pipeline> {
  const origin = originOf(options);
  await using stack = new AsyncDisposableStack();
  const { credential } = options;
  const settings: ApiOptions = { ...options, credential: typeof credential === 'string' ? () => credential : credential, origin, timeoutMs: options.timeoutMs ?? TIMEOUT_MS, timers: world.timers };
  const api = stack.use(new Api(settings));
  const tokens = new TokenSource(() => api.issue(), world);
  stack.use(background('renew', (signal) => tokens.run(signal), { world, onFailure: () => undefined }));
  const forwarder = new Forwarder({ origin, api, tokens, world, rideOutMs: options.rideOutMs ?? RIDE_OUT_MS });
  // A long upload is ended for its silence only.
  const server = createServer({ requestTimeout: 0 }, (request, response) => void forwarder.handle(request, response));
  server.on('connect', (_request, socket) => refuseSocket(socket, { status: 403, message: 'this pipeline opens no tunnels' }));
  server.on('clientError', (_error, socket) => refuseSocket(socket, { status: 400, message: 'the request is not HTTP that can be forwarded' }));
  await listening(server, options);
  stack.defer(() => closed(server));
  const owned = stack.move();
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function originOf({ target, allowPlain = false }: PipelineOptions): URL {
  const url = URL.canParse(target) ? new URL(target) : undefined;
  const plain = url?.origin;
  if (url === undefined || !/^https?:$/.test(url.protocol) || target.replace(/\/$/, '') !== plain) {
    throw new RangeError(`target must be an origin such as https://api.example.com, not ${JSON.stringify(target)}`);
  }
  if (url.protocol === 'http:' && !allowPlain && !LOOPBACK.test(url.hostname)) throw new RangeError('target must be https: over http to another machine tokens would go in clear');
  return url;
}

function listening(server: Server, { host, port }: PipelineOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function closed(server: Server): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  server.closeAllConnections();
  await ended;
}
