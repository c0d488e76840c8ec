import { connect } from 'node:net';
import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { PeerBusy, PeerGate } from '../overload/index.ts';
import { failureOf, type Note, startEcho } from './echo.fixture.ts';
import { callPeer, callUnary, openServerStream, type RpcServer, serverStream, unary } from './index.ts';

const NOTE: Note = { text: 'hello' };

function boundOf({ bounds }: RpcServer, name: string) {
  return bounds.find((bound) => bound.name === name) ?? expect.fail(`no bound is called ${name}`);
}

test('beyond the bound a unary call is refused before its handler sees it, with advice, and others go on afterwards', async () => {
  let begun = 0;
  const gate = Promise.withResolvers<void>();
  const full = Promise.withResolvers<void>();
  const say = unary<Note, Note>({}, async ({ request }) => {
    begun += 1;
    if (begun === 2) full.resolve();
    await gate.promise;
    return request;
  });
  await using echo = await startEcho({ say }, { maxCalls: 2 });
  const held = [callUnary(echo.client, 'say', NOTE, {}), callUnary(echo.client, 'say', NOTE, {})];
  await full.promise;
  const refused = await failureOf(callUnary(echo.client, 'say', NOTE, {}));
  expect([refused.code, refused.metadata.get('grpc-retry-pushback-ms'), begun]).toEqual([status.RESOURCE_EXHAUSTED, ['1000'], 2]);
  const { taken, limit, refused: counts } = boundOf(echo.server, 'rpc_calls');
  expect([taken, limit, counts]).toEqual([2, 2, { full: 1 }]);
  gate.resolve();
  expect(await Promise.all(held)).toEqual([NOTE, NOTE]);
  expect(await callUnary(echo.client, 'say', NOTE, {})).toEqual(NOTE);
});

test('beyond the bound a stream is refused, and there is a place again when one ends', async () => {
  const count = serverStream<Note, Note>({}, async function* (call) {
    yield NOTE;
    await once(call.signal, 'abort');
  });
  await using echo = await startEcho({ count }, { maxStreams: 1 });
  const first = openServerStream(echo.client, 'count', NOTE, {});
  expect(await first.next()).toMatchObject({ value: NOTE });
  expect((await failureOf(openServerStream(echo.client, 'count', NOTE, {}).next())).code).toBe(status.RESOURCE_EXHAUSTED);
  await first.return?.();
  await expect.poll(() => boundOf(echo.server, 'rpc_streams').taken).toBe(0);
  await using again = openServerStream(echo.client, 'count', NOTE, {});
  expect(await again.next()).toMatchObject({ value: NOTE });
});

test('a reader that takes nothing is cut: its handler ends, and what it reads at last ends with why', async () => {
  let yielded = 0;
  const ended = Promise.withResolvers<void>();
  const count = serverStream<Note, Note>({}, async function* () {
    try {
      for (;;) {
        yielded += 1;
        yield { text: 'x'.repeat(10_000) };
      }
    } finally {
      ended.resolve();
    }
  });
  await using echo = await startEcho({ count }, { slowReaderMs: 200 });
  const notes = openServerStream(echo.client, 'count', NOTE, {});
  await ended.promise;
  expect(yielded).toBeLessThan(1_000);
  await expect.poll(() => boundOf(echo.server, 'rpc_streams').taken).toBe(0);
  expect(boundOf(echo.server, 'rpc_streams').refused).toEqual({ slow: 1 });
  const { code, details } = await failureOf(
    (async () => {
      for await (const _ of notes);
    })(),
  );
  expect([code, details]).toEqual([status.RESOURCE_EXHAUSTED, 'too slow: nothing that was sent was taken for 200 ms']);
});

test('beyond the bound a connection is closed before a byte is read', async () => {
  await using echo = await startEcho({ say: unary<Note, Note>({}, async ({ request }) => request) }, { maxConnections: 1 });
  expect(await callUnary(echo.client, 'say', NOTE, {})).toEqual(NOTE);
  const socket = connect(echo.server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'close');
  expect(boundOf(echo.server, 'rpc_connections')).toMatchObject({ taken: 1, refused: { full: 1 } });
  expect(await callUnary(echo.client, 'say', NOTE, {})).toEqual(NOTE);
});

test('a gate lets so many calls to a peer through, counts a refusal of the peer as an answer, and what it holds back was never sent', async () => {
  const gate = new PeerGate({ name: 'peer', limit: 1, clock: { monotonic: () => performance.now() } });
  const arrived = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Note>();
  await using echo = await startEcho({
    say: unary<Note, Note>({}, async () => {
      arrived.resolve();
      return await answer.promise;
    }),
  });
  const options = { connectWithinMs: 5_000, gate, toError: (failure: unknown, phase: string) => new Error(phase, { cause: failure }) };
  const first = callPeer(echo.client, 'say', NOTE, options);
  await arrived.promise;
  await expect(callPeer(echo.client, 'say', NOTE, options)).rejects.toMatchObject({ message: 'unsent', cause: new PeerBusy('full') });
  answer.reject(new Error('a defect'));
  await expect(first).rejects.toThrow('sent');
  expect([gate.taken, gate.silent]).toEqual([0, false]);
});
