import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startPipeline } from './pipeline.ts';

const JOB = 'job::/a::b';
const TOKEN = `e30.${Buffer.from(JSON.stringify({ sub: JOB })).toString('base64url')}.x`;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** An API that gives the job a token and answers the rest as the test says. */
async function api(handler: Handler, port = 0): Promise<{ readonly server: Server; readonly port: number; end(): Promise<void> }> {
  const server = createServer((incoming, response) => {
    if (incoming.url === '/v1/oauth2/apptoken') return void response.end(JSON.stringify({ access_token: TOKEN, expires_in: 60 }));
    handler(incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const end = async (): Promise<void> => {
    const ended = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await ended;
  };
  return { server, port: (server.address() as AddressInfo).port, end };
}

describe('pipeline', () => {
  let stack: AsyncDisposableStack;
  beforeEach(() => {
    stack = new AsyncDisposableStack();
  });
  afterEach(() => stack.disposeAsync());

  async function piped(port: number): Promise<string> {
    const started = await startPipeline({ job: JOB, host: '127.0.0.1', port: 0, target: `http://127.0.0.1:${port}`, credential: 'c', timeoutMs: 5_000 }, systemWorld);
    stack.use(started);
    return `http://127.0.0.1:${started.port}`;
  }

  test('credentials and connection headers of the job are dropped, the rest and the body go on as they are', async () => {
    const { promise: seen, resolve } = Promise.withResolvers<{ readonly request: IncomingMessage; readonly bytes: number }>();
    const { port, end } = await api((incoming, response) => {
      let bytes = 0;
      incoming.on('data', (chunk: Buffer) => (bytes += chunk.length));
      incoming.once('end', () => {
        resolve({ request: incoming, bytes });
        response.writeHead(201, { 'x-own': 'yes', connection: 'close' }).end('made');
      });
    });
    stack.defer(end);
    const headers = { authorization: 'Bearer mine', 'x-nomad-token': 't', cookie: 'c', 'x-forwarded-for': '1.2.3.4', apprendasessiontoken: 's', 'x-kept': 'k' };
    const answer = await request(`${await piped(port)}/v1/x?y=%2F`, { method: 'POST', headers, body: Buffer.alloc(3_000_000) });
    const { request: got, bytes } = await seen;
    expect([answer.statusCode, answer.headers['x-own'], await answer.body.text(), bytes, got.url]).toEqual([201, 'yes', 'made', 3_000_000, '/v1/x?y=%2F']);
    expect(got.headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, 'x-kept': 'k', host: `127.0.0.1:${port}` });
    for (const name of ['x-nomad-token', 'cookie', 'x-forwarded-for', 'apprendasessiontoken']) expect(got.headers[name]).toBeUndefined();
  });

  test('a request without effect waits for an API that is restarted; one that has an effect is sent once and told', async () => {
    const answering: Handler = (_incoming, response) => void response.end('here');
    const first = await api(answering);
    const origin = await piped(first.port);
    expect(await (await request(`${origin}/v1/services`)).body.text()).toBe('here');
    await first.end();
    const written = await request(`${origin}/v1/jobs`, { method: 'POST', body: '{}' });
    expect([written.statusCode, JSON.parse(await written.body.text())]).toMatchObject([502, { code: 502, retry: true }]);
    const read = request(`${origin}/v1/services`);
    const second = await api(answering, first.port);
    stack.defer(second.end);
    expect(await (await read).body.text()).toBe('here');
  });

  test('a token that the API refuses is replaced, and a request without effect sent again', async () => {
    let refusals = 1;
    const { port, end } = await api((_incoming, response) => {
      response.writeHead(refusals > 0 ? 401 : 200).end();
      refusals -= 1;
    });
    stack.defer(end);
    const origin = await piped(port);
    expect((await request(`${origin}/v1/services`)).statusCode).toBe(200);
    refusals = 1;
    expect((await request(`${origin}/v1/jobs`, { method: 'POST', body: '{}' })).statusCode).toBe(401);
  });
});
