import { createHttpServer, type Readiness, registerOps } from '@mintmark/kit/http';
import type { Logger, Metrics } from '@mintmark/kit/telemetry';
import type { Listen } from './environment.ts';

/** `/healthz`, `/readyz` and `/metrics` of a service that has no HTTP surface of its own. */
export async function serveOps(listen: Listen, telemetry: { readonly logger: Logger; readonly metrics: Metrics }, ready: () => readonly Readiness[]): Promise<AsyncDisposable> {
  const server = createHttpServer({ ...listen, ...telemetry });
  registerOps(server.app, { ready, metrics: [telemetry.metrics] });
  const port = await server.listen();
  telemetry.logger.info({ event: 'listening', surface: 'operations', port }, `operations on ${listen.host}:${port}`);
  return server;
}
