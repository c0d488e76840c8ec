import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Histogram, Metrics } from '../telemetry/index.ts';

type HttpLabels = 'method' | 'route' | 'status';

/** Notes how long answers of a route took. */
export type Observe = (method: string, status: number, seconds: number) => void;

/**
 * What every route gets without asking: its latency observed, its body as bytes. Callbacks, not promises: those cost on the hot path. Returns what makes
 * the observer of one route.
 */
export function equipRoutes(app: FastifyInstance, metrics: Metrics): (route: string) => Observe {
  const seconds = metrics.histogram<HttpLabels>({
    name: 'mintmark_http_request_seconds',
    help: 'Time from the request header to the last byte of the answer, by route pattern; long polls included.',
    labels: ['method', 'route', 'status'],
  });
  app.addHook('onRoute', (route) => {
    const observe = observer(seconds, route.url);
    const responded = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      observe(request.method, reply.statusCode, reply.elapsedTime / 1_000);
      done();
    };
    route.onResponse = [responded, ...listed(route.onResponse)] as NonNullable<RouteOptions['onResponse']>;
    if (takesBody(route.method)) route.onRequest = [tolerateContentType, ...listed(route.onRequest)] as NonNullable<RouteOptions['onRequest']>;
  });
  app.removeAllContentTypeParsers();
  const asBytes = (_request: FastifyRequest, body: Buffer, done: (error: Error | null, body?: Buffer) => void): void => done(null, body);
  for (const type of [...USUAL_TYPES, '*']) app.addContentTypeParser(type, { parseAs: 'buffer' }, asBytes);
  return (route) => observer(seconds, route);
}

/** Named so that the framework finds their parser without parsing the type; `*` takes the rest. */
const USUAL_TYPES = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'application/octet-stream'];
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+:/-]+|"[^"\\]*"))*$/;

const NOTHING = Buffer.alloc(0);

/** The request's body as it came, whatever its type; empty for none. */
export function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : NOTHING;
}

/** The framework refuses what is no media type; routes here judge by the bytes. */
function tolerateContentType(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  const type = request.headers['content-type'];
  if (type !== undefined && !MEDIA_TYPE.test(type)) request.headers['content-type'] = 'application/octet-stream';
  done();
}

function observer(seconds: Histogram<HttpLabels>, route: string): Observe {
  const known = new Map<string, { observe(value: number): void }[]>();
  return (method, status, elapsed) => {
    let byStatus = known.get(method);
    if (byStatus === undefined) {
      byStatus = [];
      known.set(method, byStatus);
    }
    let series = byStatus[status];
    if (series === undefined) {
      series = seconds.of({ method, route, status: String(status) });
      byStatus[status] = series;
    }
    series.observe(elapsed);
  };
}

function takesBody(method: RouteOptions['method']): boolean {
  return listed(method).some((one) => one !== 'GET' && one !== 'HEAD');
}

function listed<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
