import { connect } from 'node:http2';
import { Metadata, status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { failureOf, type Note, startEcho } from './echo.fixture.ts';
import { bidiStream, callMetadata, CallEnded, openBidiStream, openServerStream, type RpcStatus, serverStream } from './index.ts';

const NOTE: Note = { text: 'hello' };
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function collect(notes: AsyncIterable<Note>): Promise<string[]> {
  const texts: string[] = [];
  for await (const note of notes) texts.push(note.text);
  return texts;
}

const aborted = (signal: AbortSignal): Promise<void> => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

async function* numbers(upTo: number): AsyncGenerator<Note> {
  for (let n = 0; n < upTo; n += 1) yield { text: String(n) };
}

test('a server stream delivers what the handler yields, in order, and ends with it', async () => {
  await using echo = await startEcho({ count: serverStream<Note, Note>({}, (call) => numbers(Number(call.request.text))) });
  expect(await collect(openServerStream(echo.client, 'count', { text: '1000' }, {}))).toEqual(Array.from({ length: 1_000 }, (_, n) => String(n)));
});

test('messages that are there together leave together', async () => {
  await using echo = await startEcho({ count: serverStream<Note, Note>({}, (call) => numbers(Number(call.request.text))) });
  const session = connect(`http://127.0.0.1:${echo.server.port}`);
  const request = session.request({ ':method': 'POST', ':path': '/kit.test.Echo/Count', 'content-type': 'application/grpc', te: 'trailers' });
  const question = Buffer.from(JSON.stringify({ text: '1000' }));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(question.length, 1);
  request.end(Buffer.concat([head, question]));
  const frames: number[] = [];
  for await (const frame of request as AsyncIterable<Buffer>) frames.push(frame.length);
  session.close();
  expect(frames.reduce((sum, length) => sum + length, 0)).toBeGreaterThan(1_000 * 15);
  expect(frames.length).toBeLessThan(250);
});

test('a reader that stops reading holds the handler back', async () => {
  let yielded = 0;
  await using echo = await startEcho({
    count: serverStream<Note, Note>({}, async function* () {
      for (; yielded < 10_000; yielded += 1) yield { text: 'x'.repeat(10_000) };
    }),
  });
  const notes = openServerStream(echo.client, 'count', NOTE, {});
  await notes.next();
  let before = -1;
  await expect
    .poll(
      () => {
        const still = yielded === before;
        before = yielded;
        return still;
      },
      { interval: 100 },
    )
    .toBe(true);
  expect(yielded).toBeLessThan(1_000);
  let read = 1;
  for await (const _ of notes) read += 1;
  expect(read).toBe(10_000);
});

test('leaving the loop cancels the call and ends the handler with its cleanup', async () => {
  const { promise: cleaned, resolve } = Promise.withResolvers<unknown>();
  await using echo = await startEcho({
    count: serverStream<Note, Note>({}, async function* (call) {
      try {
        for (;;) {
          yield NOTE;
          await tick();
        }
      } finally {
        resolve(call.signal.reason);
      }
    }),
  });
  for await (const _ of openServerStream(echo.client, 'count', NOTE, {})) break;
  expect(await cleaned).toMatchObject({ code: 'cancelled' });
});

test('a stream fails with the mapped error after what was yielded before it', async () => {
  const toStatus = (): RpcStatus => ({ code: status.FAILED_PRECONDITION, details: 'stale', metadata: new Metadata() });
  await using echo = await startEcho({
    count: serverStream<Note, Note>({ toStatus }, async function* () {
      yield { text: 'one' };
      throw new Error('boom');
    }),
  });
  const notes = openServerStream(echo.client, 'count', NOTE, {});
  expect(await notes.next()).toEqual({ value: { text: 'one' }, done: false });
  expect(await failureOf(notes.next())).toMatchObject({ code: status.FAILED_PRECONDITION, details: 'stale' });
});

test('a failure that arrives before anyone reads is not lost', async () => {
  await using echo = await startEcho({
    // biome-ignore lint/correctness/useYield: this stream fails before it yields.
    count: serverStream<Note, Note>({}, async function* () {
      throw new Error('boom');
    }),
  });
  const notes = openServerStream(echo.client, 'count', NOTE, {});
  // A later stream's end shows that the earlier one's has arrived.
  await failureOf(collect(openServerStream(echo.client, 'count', NOTE, {})));
  expect(await failureOf(notes.next())).toMatchObject({ code: status.INTERNAL });
});

test('the caller’s signal ends the iteration with its own reason, before and during the stream', async () => {
  await using echo = await startEcho({
    count: serverStream<Note, Note>({}, async function* (call) {
      yield NOTE;
      await aborted(call.signal);
    }),
  });
  const cancel = new AbortController();
  const notes = openServerStream(echo.client, 'count', NOTE, { signal: cancel.signal });
  await notes.next();
  const next = failureOf(notes.next());
  const reason = new Error('enough');
  cancel.abort(reason);
  expect(await next).toBe(reason);
  expect(await failureOf(openServerStream(echo.client, 'count', NOTE, { signal: cancel.signal }).next())).toBe(reason);
});

test('a deadline ends the stream for both sides', async () => {
  const { promise: ended, resolve } = Promise.withResolvers<unknown>();
  await using echo = await startEcho({
    count: serverStream<Note, Note>({}, async function* (call) {
      yield NOTE;
      await aborted(call.signal);
      resolve(call.signal.reason);
    }),
  });
  const notes = openServerStream(echo.client, 'count', NOTE, { deadlineMs: 100 });
  expect(await failureOf(collect(notes))).toMatchObject({ code: status.DEADLINE_EXCEEDED });
  expect(await ended).toBeInstanceOf(CallEnded);
});

test('a stream that must have a deadline is refused without one', async () => {
  await using echo = await startEcho({ count: serverStream<Note, Note>({ deadlineRequired: true }, () => numbers(1)) });
  expect(await failureOf(collect(openServerStream(echo.client, 'count', NOTE, {})))).toMatchObject({
    code: status.INVALID_ARGUMENT,
    details: expect.stringContaining('deadline'),
  });
  expect(await collect(openServerStream(echo.client, 'count', NOTE, { deadlineMs: 5_000 }))).toEqual(['0']);
});

test('a stream both ways answers each message and ends after the last', async () => {
  await using echo = await startEcho({
    chat: bidiStream<Note, Note>({}, async function* (call, requests) {
      yield { text: String(call.credential()) };
      for await (const { text } of requests) yield { text: text.toUpperCase() };
    }),
  });
  using chat = openBidiStream(echo.client, 'chat', { metadata: callMetadata({ credential: 'abc' }) });
  const answers = collect(chat.responses);
  for (let n = 0; n < 500; n += 1) await chat.send({ text: `n${n}` });
  chat.end();
  expect(await answers).toEqual(['abc', ...Array.from({ length: 500 }, (_, n) => `N${n}`)]);
});

test('a handler may end the stream while the caller still sends', async () => {
  await using echo = await startEcho({
    chat: bidiStream<Note, Note>({}, async function* (_call, requests) {
      for await (const note of requests) {
        yield note;
        return;
      }
    }),
  });
  using chat = openBidiStream(echo.client, 'chat', {});
  await chat.send({ text: 'first' });
  expect(await collect(chat.responses)).toEqual(['first']);
  await chat.send({ text: 'into the void' });
});

test('cancelling a stream both ways gives both sides the reason', async () => {
  const { promise: ended, resolve } = Promise.withResolvers<unknown>();
  await using echo = await startEcho({
    chat: bidiStream<Note, Note>({}, async function* (_call, requests) {
      try {
        for await (const note of requests) yield note;
      } catch (error) {
        resolve(error);
        throw error;
      }
    }),
  });
  const chat = openBidiStream(echo.client, 'chat', {});
  await chat.send(NOTE);
  await chat.responses.next();
  const reason = new Error('hang up');
  const next = failureOf(chat.responses.next());
  chat.cancel(reason);
  expect(await next).toBe(reason);
  expect(await ended).toMatchObject({ name: 'CallEnded', code: 'cancelled' });
});

test('a broken message in a stream is refused in words', async () => {
  await using echo = await startEcho({
    chat: bidiStream<Note, Note>({}, async function* (_call, requests) {
      for await (const note of requests) yield note;
    }),
  });
  const raw = echo.client.makeBidiStreamRequest<string, Buffer>(
    '/kit.test.Echo/Chat',
    (text) => Buffer.from(text),
    (bytes) => bytes,
  );
  const failed = new Promise((resolve) => raw.once('error', resolve));
  raw.on('data', () => undefined);
  raw.write('{"text":"fine"}');
  raw.write('{"te');
  expect(await failed).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining('/kit.test.Echo/Chat') });
});
