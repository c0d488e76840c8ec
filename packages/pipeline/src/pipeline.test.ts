import type { IncomingMessage } from 'node:http';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Handler, pipedTo, serveApi, TOKEN } from './api.fixture.ts';

describe('pipeline', () => {
  let stack: AsyncDisposableStack;
  beforeEach(() => {
    stack = new AsyncDisposableStack();
  });
  afterEach(() => stack.disposeAsync());

  async function piped(port: number): Promise<string> {
    const started = stack.use(await pipedTo(`http://127.0.0.1:${port}`));
    return `http://127.0.0.1:${started.port}`;
  }

  test('credentials and connection headers of the job are dropped, the rest and the body go on as they are', async () => {
    const { promise: seen, resolve } = Promise.withResolvers<{ readonly request: IncomingMessage; readonly bytes: number }>();
    const { port } = stack.use(await serveApi((incoming, response) => {
      let bytes = 0;
      incoming.on('data', (chunk: Buffer) => (bytes += chunk.length));
      incoming.once('end', () => {
        resolve({ request: incoming, bytes });
        response.writeHead(201, { 'x-own': 'yes', connection: 'close' }).end('made');
      });
    }));
    const headers = { authorization: 'Bearer mine', 'x-nomad-token': 't', cookie: 'c', 'x-forwarded-for': '1.2.3.4', apprendasessiontoken: 's', 'x-kept': 'k' };
    const answer = await request(`${await piped(port)}/v1/x?y=%2F`, { method: 'POST', headers, body: Buffer.alloc(3_000_000) });
    const { request: got, bytes } = await seen;
    expect([answer.statusCode, answer.headers['x-own'], await answer.body.text(), bytes, got.url]).toEqual([201, 'yes', 'made', 3_000_000, '/v1/x?y=%2F']);
    expect(got.headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, 'x-kept': 'k', host: `127.0.0.1:${port}` });
    for (const name of ['x-nomad-token', 'cookie', 'x-forwarded-for', 'apprendasessiontoken']) expect(got.headers[name]).toBeUndefined();
  });

  test('a request without effect waits for an API that is restarted; one that has an effect is sent once and told', async () => {
    const answering: Handler = (_incoming, response) => void response.end('here');
    const first = await serveApi(answering);
    const origin = await piped(first.port);
    expect(await (await request(`${origin}/v1/services`)).body.text()).toBe('here');
    await first[Symbol.asyncDispose]();
    const written = await request(`${origin}/v1/jobs`, { method: 'POST', body: '{}' });
    expect([written.statusCode, JSON.parse(await written.body.text())]).toMatchObject([502, { code: 502, retry: true }]);
    const read = request(`${origin}/v1/services`);
    stack.use(await serveApi(answering, { port: first.port }));
    expect(await (await read).body.text()).toBe('here');
  });

  test('a token that the API refuses is replaced, and a request without effect sent again', async () => {
    let refusals = 1;
    const { port } = stack.use(await serveApi((_incoming, response) => {
      response.writeHead(refusals > 0 ? 401 : 200).end();
      refusals -= 1;
    }));
    const origin = await piped(port);
    expect((await request(`${origin}/v1/services`)).statusCode).toBe(200);
    refusals = 1;
    expect((await request(`${origin}/v1/jobs`, { method: 'POST', body: '{}' })).statusCode).toBe(401);
  });
});
