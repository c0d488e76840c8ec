import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline as stream } from 'node:stream/promises';
import { background, type World } from '@mintmark/kit/lifecycle';
import type { Dispatcher } from 'undici';
import { Api, type ApiOptions, failureOf, hasBody } from './api.ts';
import { sendFailure } from './api-error.ts';
import { towardsJob } from './headers.ts';
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
  /** Allows http to other machines. For networks that encrypt by themselves. */
  readonly allowPlain?: boolean;
}

export interface Pipeline extends AsyncDisposable {
  readonly port: number;
}

const TIMEOUT_MS = 60_000;
/** How often, and for how long in all, a request without effect is sent again while the API cannot be reached. */
const AGAIN = { everyMs: 100, withinMs: 5_000 } as const;
const WITHOUT_EFFECT = new Set(['GET', 'HEAD', 'OPTIONS']);
const APP_TOKEN_PATH = '/v1/oauth2/apptoken';
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Starts a pipeline: resolves when its port answers. Throws a `RangeError` that names the option for a target that is none, or to which tokens would go in clear. */
export async function startPipeline(options: PipelineOptions, world: World): Promise<Pipeline> {
  const origin = originOf(options);
  await using stack = new AsyncDisposableStack();
  const { credential } = options;
  const settings: ApiOptions = { ...options, credential: typeof credential === 'string' ? () => credential : credential, origin, timeoutMs: options.timeoutMs ?? TIMEOUT_MS };
  const api = stack.use(new Api(settings));
  const tokens = new TokenSource(() => api.issue(), world);
  stack.use(background('renew', (signal) => tokens.run(signal), { world, onFailure: () => undefined }));
  const forwarder = new Forwarder(origin, api, tokens, world);
  const server = createServer((request, response) => void forwarder.handle(request, response));
  server.on('connect', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'));
  await listening(server, options);
  stack.defer(() => closed(server));
  const owned = stack.move();
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

class Forwarder {
  readonly #origin: URL;
  readonly #api: Api;
  readonly #tokens: TokenSource;
  readonly #world: World;

  constructor(origin: URL, api: Api, tokens: TokenSource, world: World) {
    this.#origin = origin;
    this.#api = api;
    this.#tokens = tokens;
    this.#world = world;
  }

  /** Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const path = this.#pathOf(request.url ?? '/');
      if (path === undefined) return sendFailure(response, { status: 403, message: `this pipeline forwards to ${this.#origin.origin} only` });
      if (request.method === 'POST' && path === APP_TOKEN_PATH) return await this.#tell(response);
      await this.#forward(request, response, path, gone.signal);
    } catch (error) {
      if (!gone.signal.aborted) sendFailure(response, failureOf(error));
      else response.destroy();
    }
  }

  /** The path at the API; `undefined` for a request to another origin (RFC 9112 section 3.2.2). */
  #pathOf(target: string): string | undefined {
    if (target.startsWith('/')) return target;
    const url = URL.canParse(target) ? new URL(target) : undefined;
    return url?.host === this.#origin.host ? `${url.pathname}${url.search}` : undefined;
  }

  async #forward(request: IncomingMessage, response: ServerResponse, path: string, signal: AbortSignal): Promise<void> {
    const repeatable = WITHOUT_EFFECT.has(request.method ?? '') && !hasBody(request);
    let issued = await this.#tokens.token();
    if (!issued.ok) return sendFailure(response, issued.failure);
    let answer = await this.#send(request, path, issued.token, { repeatable, signal });
    if (answer.statusCode === 401) {
      this.#tokens.drop(issued.token);
      if (repeatable) {
        await answer.body.dump();
        issued = await this.#tokens.token();
        if (!issued.ok) return sendFailure(response, issued.failure);
        answer = await this.#send(request, path, issued.token, { repeatable, signal });
      }
    }
    response.writeHead(answer.statusCode, towardsJob(answer.headers));
    await stream(answer.body, response, { signal });
  }

  /** A request without effect is sent again while the API is away, as when it is restarted. */
  async #send(request: IncomingMessage, path: string, token: string, { repeatable, signal }: { readonly repeatable: boolean; readonly signal: AbortSignal }): Promise<Dispatcher.ResponseData> {
    const { clock, timers } = this.#world;
    const until = clock.monotonic() + AGAIN.withinMs;
    for (;;) {
      try {
        return await this.#api.forward(request, path, token, signal);
      } catch (error) {
        if (!repeatable || signal.aborted || failureOf(error).status !== 502 || clock.monotonic() >= until) throw error;
        await timers.sleep(AGAIN.everyMs, signal);
      }
    }
  }

  /** The job logs in: policy is asked, and its answer told. */
  async #tell(response: ServerResponse): Promise<void> {
    const issued = await this.#tokens.fresh();
    if (!issued.ok) return sendFailure(response, issued.failure);
    const body = JSON.stringify({ access_token: issued.token, token_type: 'Bearer', expires_in: Math.floor(issued.expiresInMs / 1_000) });
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', 'content-length': Buffer.byteLength(body) }).end(body);
  }
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
