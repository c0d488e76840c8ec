import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { HttpServer } from './index.ts';
import { failureOf, registerOps } from './index.ts';
import { startServer, type TestServer } from './server.fixture.ts';

/** More than the kernel takes off a server's hands. */
const LARGE = Buffer.alloc(40 << 20, 'x');

const PLAIN = { headers: { 'accept-encoding': 'identity' } };

function boundOf({ bounds }: HttpServer, name: string) {
  return bounds.find((bound) => bound.name === name) ?? expect.fail(`no bound is called ${name}`);
}

/** A client that asks, and takes nothing of what it is sent. */
async function lazy(test: TestServer, path: string): Promise<Socket> {
  const socket = connect(test.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  return socket;
}

test('H1: beyond the bound a request gets 503 with advice, pipelined ones too, and operations are answered', async () => {
  const release = Promise.withResolvers<void>();
  await using test = await startServer(
    (app, server, metrics) => {
      registerOps(app, { ready: () => [], metrics: [metrics] });
      app.get('/held', async () => {
        await release.promise;
        return 'done';
      });
      void server;
    },
    { bounds: { maxRequests: 2 } },
  );
  const held = test.raw('GET /held HTTP/1.1\r\nHost: a\r\n\r\nGET /held HTTP/1.1\r\nHost: a\r\n\r\nGET /held HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  await expect.poll(() => boundOf(test.server, 'http_requests').refused).toEqual({ full: 1 });
  const refused = await fetch(`${test.url}/held`);
  expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([503, '1', expect.objectContaining({ code: 'overloaded' })]);
  expect((await fetch(`${test.url}/healthz`)).status).toBe(200);
  release.resolve();
  expect([...(await held).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code)).toEqual(['200', '200', '503']);
  await expect.poll(() => boundOf(test.server, 'http_requests').taken).toBe(0);
  expect((await fetch(`${test.url}/held`)).status).toBe(200);
});

test('H1: what is refused is worded by whoever answers there', async () => {
  const release = Promise.withResolvers<void>();
  await using test = await startServer(
    (app) => {
      void app.register(async (scope) => {
        scope.setErrorHandler((error, _request, reply) => reply.code(failureOf(error).status).type('text/plain').send(failureOf(error).detail));
        scope.get('/held', () => release.promise);
      });
    },
    { bounds: { maxRequests: 1 } },
  );
  const held = fetch(`${test.url}/held`);
  await expect.poll(() => boundOf(test.server, 'http_requests').taken).toBe(1);
  const refused = await fetch(`${test.url}/held`);
  expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([503, '1', 'this server has too much in hand: nothing was done, try again']);
  release.resolve();
  expect((await held).status).toBe(200);
});

test('H1: beyond the bound a connection is closed before a byte is read', async () => {
  await using test = await startServer((app) => void app.get('/', async () => 'here'), { bounds: { maxConnections: 1 } });
  const first = await lazy(test, '/');
  await expect.poll(() => boundOf(test.server, 'http_connections').taken).toBe(1);
  await expect(fetch(test.url)).rejects.toThrow();
  expect(boundOf(test.server, 'http_connections').refused).toEqual({ full: 1 });
  first.destroy();
  await expect.poll(async () => (await fetch(test.url).catch(() => undefined))?.status).toBe(200);
});

test('H2: what readers have not taken is bounded in bytes; others are told to come back meanwhile', async () => {
  await using test = await startServer((app) => void app.get('/large', async () => LARGE), { bounds: { maxAnswerBytes: LARGE.length * 1.5 } });
  const reader = await lazy(test, '/large');
  await expect.poll(() => boundOf(test.server, 'http_answer_bytes').taken).toBe(LARGE.length);
  const refused = await fetch(`${test.url}/large`, PLAIN);
  expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([503, '1', expect.objectContaining({ code: 'overloaded' })]);
  reader.destroy();
  await expect.poll(() => boundOf(test.server, 'http_answer_bytes').taken).toBe(0);
  expect((await (await fetch(`${test.url}/large`, PLAIN)).arrayBuffer()).byteLength).toBe(LARGE.length);
  expect(boundOf(test.server, 'http_answer_bytes').refused).toEqual({ full: 1 });
});

test('H3: a reader that takes nothing is cut, and what waited for it is let go', async () => {
  await using test = await startServer((app) => void app.get('/large', async () => LARGE), { bounds: { slowReaderMs: 200 } });
  await lazy(test, '/large');
  await expect.poll(() => boundOf(test.server, 'http_answer_bytes').refused, { timeout: 15_000 }).toEqual({ slow: 1 });
  await expect.poll(() => boundOf(test.server, 'http_answer_bytes').taken).toBe(0);
});
