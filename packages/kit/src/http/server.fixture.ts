import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createLogger, createMetrics, type Metrics } from '../telemetry/index.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './index.ts';

export interface TestServer extends AsyncDisposable {
  readonly server: HttpServer;
  readonly metrics: Metrics;
  /** Log lines, parsed. */
  readonly lines: Record<string, unknown>[];
  readonly port: number;
  readonly url: string;
  /** Sends these bytes (Latin-1) and resolves with everything that comes back until the server closes the connection. */
  raw(bytes: string): Promise<string>;
}

/** A server with these routes on a free port. */
export async function startServer(
  routes: (app: FastifyInstance, server: HttpServer, metrics: Metrics) => void,
  options: Partial<HttpServerOptions> = {},
): Promise<TestServer> {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ service: 'test', region: 'here', level: 'debug', destination: { write: (line) => lines.push(JSON.parse(line)) } });
  const metrics = createMetrics({ service: 'test', region: 'here', process: false });
  const server = createHttpServer({ host: '127.0.0.1', port: 0, logger, metrics, ...options });
  routes(server.app, server, metrics);
  const port = await server.listen();
  return {
    server,
    metrics,
    lines,
    port,
    url: `http://127.0.0.1:${port}`,
    raw: (bytes) =>
      new Promise((resolve, reject) => {
        let received = '';
        const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
        socket.setEncoding('latin1');
        socket.on('data', (text) => {
          received += text;
        });
        socket.once('close', () => resolve(received));
        socket.once('error', (error) => (received === '' ? reject(error) : undefined));
      }),
    [Symbol.asyncDispose]: () => server.stop(0),
  };
}
