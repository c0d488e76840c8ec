import type { FastifyInstance } from 'fastify';
import { expositionOf, type Metrics } from '../telemetry/index.ts';
import { api, type Content, type Form, type Operation } from './openapi/operation.ts';
import { FOR_OPERATIONS } from './operations.ts';
import { isStopping } from './server.ts';

/** One thing that must hold before the service should get traffic. */
export interface Readiness {
  readonly name: string;
  readonly ready: boolean;
  /** How it stands, for people; never a secret. */
  readonly detail?: string;
}

export interface OpsOptions {
  /** Asked at each request; must be cheap and must not throw. */
  readonly ready: () => readonly Readiness[];
  /** Shown one after the other; no two of them have a metric of one name. At least one. */
  readonly metrics: readonly [Metrics, ...Metrics[]];
}

/**
 * `/healthz` (200 while the process runs), `/readyz` (200, or 503 that names what is not ready; 503 from the moment stopping begins) and
 * `/metrics` (Prometheus text). All three answer over plain http.
 */
export function registerOps(app: FastifyInstance, options: OpsOptions): void {
  app.get('/healthz', open('Whether the process runs', { form: { status: 'string' } }), (_request, reply) => {
    reply.header('content-type', 'application/json').header('cache-control', 'no-store').send('{"status":"ok"}');
  });
  app.get('/readyz', open('Whether it should get traffic', { form: READINESS }, 503), (_request, reply) => {
    const checks = isStopping(app) ? [{ name: 'server', ready: false, detail: 'stopping' }, ...options.ready()] : options.ready();
    const missing = checks.filter((check) => !check.ready).map((check) => check.name);
    reply
      .code(missing.length === 0 ? 200 : 503)
      .header('content-type', 'application/json')
      .header('cache-control', 'no-store')
      .send(JSON.stringify({ status: missing.length === 0 ? 'ready' : 'not ready', missing, checks }));
  });
  app.get('/metrics', open('Metrics for Prometheus', { types: ['text/plain'], form: 'string' }), async (_request, reply) => {
    return reply.header('content-type', options.metrics[0].contentType).send(await expositionOf(options.metrics));
  });
}

const READINESS: Form = { status: 'string', missing: 'string[]', checks: 'object[]' };

function open(summary: string, content: Content, otherwise?: number) {
  const says = { says: summary, content };
  const operation: Operation = { summary, tag: 'operations', security: [''], answers: { 200: says, ...(otherwise === undefined ? {} : { [otherwise]: says }) } };
  return { config: { ...FOR_OPERATIONS, ...api(operation).config } };
}
