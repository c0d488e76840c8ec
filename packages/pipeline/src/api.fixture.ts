import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { type PipelineOptions, startPipeline } from './pipeline.ts';

export const JOB = 'job::/a::b';
export const TOKEN = `e30.${Buffer.from(JSON.stringify({ sub: JOB })).toString('base64url')}.x`;

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface ServedApi extends AsyncDisposable {
  readonly port: number;
}

/** An API that gives the job a token and answers the rest as the test says. */
export async function serveApi(handler: Handler, { port = 0, tls }: { readonly port?: number; readonly tls?: { readonly key: string; readonly cert: string } } = {}): Promise<ServedApi> {
  const answer: Handler = (incoming, response) => {
    if (incoming.url === '/v1/oauth2/apptoken') return void response.end(JSON.stringify({ access_token: TOKEN, expires_in: 60 }));
    handler(incoming, response);
  };
  const server: Server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await ended;
    },
  };
}

/** A pipeline of the job on a free port. */
export function pipedTo(target: string, more: Partial<PipelineOptions> = {}) {
  return startPipeline({ job: JOB, host: '127.0.0.1', port: 0, target, credential: 'c', timeoutMs: 5_000, ...more }, systemWorld);
}

/** Sends bytes as they are and reads until the other side ends. */
export function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.once('close', () => resolve(text));
    socket.once('error', reject);
  });
}
