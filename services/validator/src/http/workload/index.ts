import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { routesOf } from './asked.ts';
import { registerBindings } from './bindings.ts';
import { registerCluster } from './cluster.ts';
import { registerDocuments } from './documents.ts';
import { registerDownload } from './download.ts';
import { registerJobs } from './jobs.ts';
import { registerServices } from './services.ts';
import { registerTokens } from './tokens.ts';

/** Registers the `workload` dialect. */
export function registerWorkload(app: FastifyInstance, ctx: ValidatorContext): void {
  const route = routesOf(app, ctx);
  registerDocuments(app, ctx);
  registerJobs(route);
  registerServices(route);
  registerBindings(route);
  registerCluster(route);
  registerTokens(app, ctx);
  registerDownload(app);
}
