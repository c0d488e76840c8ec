import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { CallEnded } from '../lifecycle/ended.ts';
import { within } from '../lifecycle/within.ts';
import { isRequestId, newRequestId } from '../telemetry/request-id.ts';
import type { Logger, Metrics } from '../telemetry/index.ts';
import type { Bound } from '../overload/bound.ts';
import { type AtHand, answerAtHand, type AtHandRoute } from './at-hand.ts';
import { boundServer, HTTP_BOUNDS, type HttpBounds } from './bounds.ts';
import { refuseUnparsable } from './client-error.ts';
import { compress } from './compress.ts';
import { linger } from './linger.ts';
import { isOperation } from './operations.ts';
import { failureOf, problem, RequestRefused } from './problem.ts';
import { equipRoutes } from './routes.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Addresses or networks whose `X-Forwarded-*` headers count. Default none. */
  readonly trustedProxies?: readonly string[];
  /** Larger bodies are refused with 413. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Larger request lines and headers are refused with 431. Default 16 KiB. */
  readonly maxHeaderBytes?: number;
  /** Refuses plain http with 403, operations routes excepted. https is told by a trusted proxy. Default `false`. */
  readonly requireHttps?: boolean;
  /** What clients may take of the server. Default: `HTTP_BOUNDS`. */
  readonly bounds?: Partial<HttpBounds>;
  /** How long a request's header, and the whole request, may take to arrive; how long an idle connection stays. Default 10 s, 30 s, 75 s. */
  readonly timeouts?: { readonly headersMs?: number; readonly requestMs?: number; readonly keepAliveMs?: number };
}

export interface HttpServer extends AsyncDisposable {
  readonly bounds: readonly Bound[];
  /** Where routes are registered, before `listen`. */
  readonly app: FastifyInstance;
  /** Tells of answers of a route that can be at hand: they go out past the framework. A server that requires https asks its routes each time. */
  atHand(url: string, answer: AtHand): void;
  /** Aborted when stopping begins; long polls end by it. */
  readonly stopping: AbortSignal;
  /** Resolves with the port once it listens. */
  listen(): Promise<number>;
  /**
   * Not ready for `notReadyMs` (so that a load balancer can see it), then no new connections, requests in hand finish within `graceMs`, the
   * rest is cut. Later calls return the first one's promise.
   */
  stop(graceMs: number, notReadyMs?: number): Promise<void>;
}

/** The grace of `Symbol.asyncDispose`. */
const DISPOSE_GRACE_MS = 5_000;
/** How often slow requests are looked for. */
const SLOW_CHECK_MS = 1_000;

/** A Fastify server with bounds, timeouts, request ids, raw bodies, compression, metrics and problem documents. It logs failures, not requests. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const stopping = new AbortController();
  const app = create(options);
  const observerOf = equipRoutes(app, options.metrics);
  app.addHook('onSend', compress);
  const bounds = boundServer(app, { ...HTTP_BOUNDS, ...options.bounds });
  const atHand = new Map<string, AtHandRoute>();
  if (options.requireHttps !== true) answerAtHand(app, atHand, () => !stopping.signal.aborted);
  app.addHook('onSend', linger);
  if (options.requireHttps === true) app.addHook('onRequest', refusePlain);
  answerFailures(app, options);
  Object.assign(app, { [STOPPING]: stopping.signal });
  let stopped: Promise<void> | undefined;
  const stop = (graceMs: number, notReadyMs = 0): Promise<void> => {
    stopped ??= shutDown(app, stopping, graceMs, notReadyMs);
    return stopped;
  };
  return {
    app,
    bounds,
    atHand(url, answer) {
      const observe = observerOf(url);
      atHand.set(url, { answer, observe: (status, seconds) => observe('GET', status, seconds) });
    },
    stopping: stopping.signal,
    async listen() {
      await app.listen({ host: options.host, port: options.port });
      return (app.server.address() as AddressInfo).port;
    },
    stop,
    [Symbol.asyncDispose]: () => stop(DISPOSE_GRACE_MS),
  };
}

const STOPPING = Symbol('stopping');

/** Whether the server of this app, or of a plugin's scope of it, is stopping. */
export function isStopping(app: FastifyInstance): boolean {
  return (app as unknown as { [STOPPING]?: AbortSignal })[STOPPING]?.aborted === true;
}

function create(options: HttpServerOptions): FastifyInstance {
  const { timeouts = {} } = options;
  const app = fastify({
    logger: false,
    bodyLimit: options.maxBodyBytes ?? 1 << 20,
    requestTimeout: timeouts.requestMs ?? 30_000,
    keepAliveTimeout: timeouts.keepAliveMs ?? 75_000,
    http: { maxHeaderSize: options.maxHeaderBytes ?? 16 << 10, connectionsCheckingInterval: SLOW_CHECK_MS, headersTimeout: timeouts.headersMs ?? 10_000 },
    routerOptions: { maxParamLength: 1_024 },
    trustProxy: options.trustedProxies === undefined || options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    genReqId: requestIdOf,
    clientErrorHandler: (error, socket) => refuseUnparsable(error, socket),
    frameworkErrors: (error, _request, reply) => void problem(reply as unknown as FastifyReply, failureOf(error)),
  });
  // Headers beyond a count would be dropped without a word, an Authorization among them; the size is the bound.
  app.server.maxHeadersCount = 0;
  return app as unknown as FastifyInstance;
}

function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && isRequestId(given) ? given : newRequestId();
}

function refusePlain(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  if (request.protocol === 'https' || isOperation(request)) return done();
  done(new RequestRefused('https_required'));
}

function answerFailures(app: FastifyInstance, { logger, metrics }: HttpServerOptions): void {
  const unmatched = metrics.counter({ name: 'mintmark_http_unmatched_total', help: 'Requests for which there is no route.' });
  app.setErrorHandler((error, request, reply) => {
    const failure = failureOf(error);
    if (!failure.expected)
      logger.error(
        { event: 'http_request_failed', request_id: request.id, method: request.method, route: request.routeOptions.url, error },
        'a request failed',
      );
    return problem(reply, failure);
  });
  app.setNotFoundHandler((request, reply) => {
    unmatched.inc({});
    return problem(reply, { status: 404, code: 'no_route', detail: `there is nothing at ${request.method} ${request.url.split('?', 1)[0]?.slice(0, 200)}` });
  });
}

async function shutDown(app: FastifyInstance, stopping: AbortController, graceMs: number, notReadyMs: number): Promise<void> {
  stopping.abort(new CallEnded('stopping'));
  if (notReadyMs > 0) await new Promise((resolve) => setTimeout(resolve, notReadyMs));
  const closed = app.close();
  if (await within(graceMs, closed)) return;
  app.server.closeAllConnections();
  await closed;
}
