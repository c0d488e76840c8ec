import { type IncomingMessage, request as ask } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { expect, test, vi } from 'vitest';
import { type Handler, pipedTo, serveApi } from './api.fixture.ts';

const PIECE = Buffer.alloc(64 * 1_024, 1);
const LARGE = 128 * 2 ** 20;
const PIECES = LARGE / PIECE.length;
/** More than what sockets and streams hold on their way, far less than the whole. */
const HELD = 32 * 2 ** 20;

async function piped(stack: AsyncDisposableStack, handler: Handler, timeoutMs = 5_000): Promise<string> {
  const api = stack.use(await serveApi(handler));
  const { port } = stack.use(await pipedTo(`http://127.0.0.1:${api.port}`, { timeoutMs }));
  return `http://127.0.0.1:${port}`;
}

function* pieces(counter: { sent: number }): Generator<Buffer> {
  for (let at = 0; at < PIECES; at += 1) {
    yield PIECE;
    counter.sent += PIECE.length;
  }
}

test('what is large goes through in both directions and is never held', async () => {
  await using stack = new AsyncDisposableStack();
  const counter = { sent: 0 };
  const url = await piped(stack, (incoming, response) => void incoming.pipe(response));
  const { body } = await request(`${url}/echo`, { method: 'POST', body: Readable.from(pieces(counter)) });
  let received = 0;
  let held = 0;
  for await (const piece of body) {
    received += (piece as Buffer).length;
    held = Math.max(held, counter.sent - received);
  }
  expect([received, held < HELD]).toEqual([LARGE, true]);
});

test('a job that uploads waits for an API that does not read', async () => {
  await using stack = new AsyncDisposableStack();
  const url = await piped(stack, (incoming) => void incoming.pause(), 60_000);
  const counter = { sent: 0 };
  const stop = new AbortController();
  const asked = request(url, { method: 'POST', body: Readable.from(pieces(counter)), signal: stop.signal }).catch(() => undefined);
  let before = -1;
  await vi.waitUntil(() => {
    const still = counter.sent > 0 && counter.sent === before;
    before = counter.sent;
    return still;
  }, { timeout: 20_000, interval: 300 });
  expect(counter.sent).toBeLessThan(HELD);
  stop.abort();
  await asked;
});

test.each(['while it uploads', 'while it downloads'])('a job that goes away %s ends the call of the API', async (when) => {
  await using stack = new AsyncDisposableStack();
  const { promise: called, resolve: call } = Promise.withResolvers<IncomingMessage>();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const url = await piped(stack, (incoming, response) => {
    response.once('close', () => end());
    incoming.on('error', () => undefined);
    if (when === 'while it downloads') response.write('begin');
    call(incoming);
  });
  const job = ask(url, { method: 'POST', headers: { 'content-length': when === 'while it uploads' ? 10 : 0 } });
  job.on('error', () => undefined);
  job.flushHeaders();
  if (when === 'while it uploads') job.write('five!');
  else job.end();
  await called;
  job.destroy();
  await ended;
});

test('an answer that comes before the body is whole reaches the job', async () => {
  await using stack = new AsyncDisposableStack();
  const url = await piped(stack, (_, response) => void response.writeHead(413).end('too large'));
  const answer = await request(url, { method: 'POST', body: Readable.from(pieces({ sent: 0 })) });
  expect([answer.statusCode, await answer.body.text()]).toEqual([413, 'too large']);
});

test('an upload may last longer than the API may be silent', async () => {
  await using stack = new AsyncDisposableStack();
  const url = await piped(stack, (incoming, response) => void incoming.pipe(response), 1_500);
  const body = Readable.from(
    (async function* () {
      for (let at = 0; at < 8; at += 1) {
        await pause(250);
        yield 'x';
      }
    })(),
  );
  const answer = await request(url, { method: 'POST', body });
  expect([answer.statusCode, await answer.body.text()]).toEqual([200, 'xxxxxxxx']);
});

test('an API that says nothing once it has the body is 504, a job whose body stops is 408', async () => {
  await using stack = new AsyncDisposableStack();
  const url = await piped(stack, (incoming) => void incoming.resume(), 500);
  const late = await request(url, { method: 'POST', body: Readable.from([PIECE]) });
  expect([late.statusCode, await late.body.json()]).toMatchObject([504, { code: 504, retry: true, try_again_in_ms: 1_000 }]);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const job = ask(url, { method: 'POST', headers: { 'content-length': 10 } }, resolve).on('error', reject);
  job.write('five!');
  expect((await promise).statusCode).toBe(408);
  job.destroy();
});
