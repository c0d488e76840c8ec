import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Metadata, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath as healthProto } from 'grpc-health-check';
import { expect, test } from 'vitest';
import { ECHO, ECHO_PROTO, type Echo, echoDefinition, failureOf, type Note, startEcho } from './echo.fixture.ts';
import {
  bidiStream,
  callUnary,
  channelCredentials,
  openBidiStream,
  openServerStream,
  serverCredentials,
  serverStream,
  startRpcServer,
  unary,
} from './index.ts';

const NOTE: Note = { text: 'hello' };
const aborted = (signal: AbortSignal): Promise<void> => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

const healthMethods = loadSync('health/v1/health.proto', { includeDirs: [healthProto.replace(/health\/v1\/health\.proto$/, '')], enums: String })[
  'grpc.health.v1.Health'
] as unknown as Record<'Check' | 'Watch', { path: string; requestSerialize(value: object): Buffer; responseDeserialize(bytes: Buffer): { status: string } }>;

function check(echo: Echo, service: string): Promise<string> {
  const { path, requestSerialize, responseDeserialize } = healthMethods.Check;
  return new Promise((resolve, reject) => {
    echo.client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service }, new Metadata(), { deadline: Date.now() + 5_000 }, (error, answer) =>
      error === null ? resolve(answer?.status ?? '') : reject(error),
    );
  });
}

test('health tells each service, and the whole only once all serve', async () => {
  await using echo = await startEcho({});
  expect(await check(echo, ECHO)).toBe('NOT_SERVING');
  expect(await check(echo, '')).toBe('NOT_SERVING');
  echo.server.setServing(ECHO, true);
  expect(await check(echo, ECHO)).toBe('SERVING');
  expect(await check(echo, '')).toBe('SERVING');
  echo.server.setServing(ECHO, false);
  expect(await check(echo, '')).toBe('NOT_SERVING');
  expect((await failureOf(check(echo, 'no.such.Service'))).code).toBe(status.NOT_FOUND);
  expect(() => echo.server.setServing('no.such.Service', true)).toThrow('no.such.Service');
});

test('stopping ends streams with UNAVAILABLE, lets unary calls finish, and closes the connection', async () => {
  const { promise: answer, resolve: let_go } = Promise.withResolvers<Note>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let signalled = false;
  await using echo = await startEcho({
    say: unary<Note, Note>({}, (call) => {
      call.signal.addEventListener('abort', () => {
        signalled = true;
      });
      begin();
      return answer;
    }),
    count: serverStream<Note, Note>({}, async function* (call) {
      yield NOTE;
      await aborted(call.signal);
    }),
    chat: bidiStream<Note, Note>({}, async function* (_call, requests) {
      for await (const note of requests) yield note;
    }),
  });
  const said = callUnary(echo.client, 'say', NOTE, {});
  await begun;
  const counted = openServerStream(echo.client, 'count', NOTE, {});
  await counted.next();
  using chat = openBidiStream(echo.client, 'chat', {});
  await chat.send(NOTE);
  await chat.responses.next();
  const health = echo.client.makeServerStreamRequest(healthMethods.Watch.path, healthMethods.Watch.requestSerialize, healthMethods.Watch.responseDeserialize, {
    service: '',
  });
  const watched = new Promise((resolve) => health.once('error', resolve));
  await new Promise((resolve) => health.once('data', resolve));

  let stopped = false;
  const stopping = echo.server.stop(10_000).then(() => {
    stopped = true;
  });
  for (const failure of [failureOf(counted.next()), failureOf(chat.responses.next()), watched])
    expect(await failure).toMatchObject({ code: status.UNAVAILABLE });
  expect(stopped).toBe(false);
  let_go({ text: 'made it' });
  expect(await said).toEqual({ text: 'made it' });
  await stopping;
  expect(signalled).toBe(false);
  expect((await failureOf(callUnary(echo.client, 'say', NOTE, { deadlineMs: 300 }))).code).toBeOneOf([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]);
});

test('what outlives the grace is aborted and cut, and stopping ends all the same', async () => {
  const reasons: unknown[] = [];
  await using echo = await startEcho({
    say: unary<Note, Note>({}, async (call) => {
      if (call.request.text === 'deaf') return new Promise<Note>(() => undefined);
      await aborted(call.signal);
      reasons.push(call.signal.reason);
      throw call.signal.reason;
    }),
  });
  const calls = [failureOf(callUnary(echo.client, 'say', { text: 'deaf' }, {})), failureOf(callUnary(echo.client, 'say', NOTE, {}))];
  await callsArrive(echo);
  const startedAt = performance.now();
  await Promise.all([echo.server.stop(100), echo.server.stop(60_000)]);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect((await calls[0])?.code).toBeOneOf([status.UNAVAILABLE, status.CANCELLED]);
  expect(await calls[1]).toMatchObject({ code: status.UNAVAILABLE, details: 'the server is stopping' });
  expect(reasons).toMatchObject([{ name: 'CallEnded', code: 'stopping' }]);
});

/** A later call's answer shows that earlier ones of the connection have arrived. */
async function callsArrive(echo: Echo): Promise<void> {
  await check(echo, '');
}

test('a server that stops leaves another one with the same handlers alone', async () => {
  const implementation = {
    count: serverStream<Note, Note>({}, async function* (call) {
      yield NOTE;
      await aborted(call.signal);
    }),
  };
  await using one = await startEcho(implementation);
  await using two = await startEcho(implementation);
  const stays = openServerStream(two.client, 'count', NOTE, {});
  await stays.next();
  let ended = false;
  const next = stays.next().catch(() => {
    ended = true;
  });
  await one.server.stop(1_000);
  expect(await check(two, ECHO)).toBe('NOT_SERVING');
  expect(ended).toBe(false);
  await two.server.stop(1_000);
  await next;
  expect(ended).toBe(true);
});

test('reflection describes the services to callers that ask', async () => {
  const root = await mkdtemp(join(tmpdir(), 'kit-reflection-'));
  try {
    await writeFile(join(root, 'echo.proto'), ECHO_PROTO);
    await using echo = await startEcho({}, { reflection: { root, files: ['echo.proto'] } });
    // Field 7 of ServerReflectionRequest is list_services; the answer is searched as bytes.
    const call = echo.client.makeBidiStreamRequest<Buffer, Buffer>(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      (bytes) => bytes,
      (bytes) => bytes,
    );
    const answer = new Promise<Buffer>((resolve, reject) => call.once('data', resolve).once('error', reject));
    call.write(Buffer.from([0x3a, 0x01, 0x2a]));
    const text = (await answer).toString('latin1');
    call.on('error', () => undefined);
    for (const service of [ECHO, 'grpc.health.v1.Health']) expect(text).toContain(service);
    await echo.server.stop(1_000);
  } finally {
    await rm(root, { recursive: true });
  }
});

test('an address that is taken, and a method without a handler, are errors at the start', async () => {
  await using echo = await startEcho({});
  const options = { host: '127.0.0.1', credentials: serverCredentials('insecure'), reflection: false } as const;
  await expect(startRpcServer({ ...options, port: echo.server.port, services: [] })).rejects.toThrow();
  await expect(startRpcServer({ ...options, port: 0, services: [{ definition: echoDefinition, implementation: {} }] })).rejects.toThrow('/kit.test.Echo/Say');
});

test('a method the server does not have is UNIMPLEMENTED', async () => {
  await using echo = await startEcho({});
  const call = new Promise((resolve, reject) => {
    echo.client.makeUnaryRequest(
      '/kit.test.Echo/Nope',
      (bytes: Buffer) => bytes,
      (bytes) => bytes,
      Buffer.alloc(0),
      new Metadata(),
      { deadline: Date.now() + 5_000 },
      (error, value) => (error === null ? resolve(value) : reject(error)),
    );
  });
  expect((await failureOf(call)).code).toBe(status.UNIMPLEMENTED);
});

test('a connection that sends anything but HTTP/2 does not disturb the others', async () => {
  await using echo = await startEcho({ say: unary<Note, Note>({}, async (call) => call.request) });
  const client = new Client(`127.0.0.1:${echo.server.port}`, channelCredentials('insecure'));
  client.close();
  await fetch(`http://127.0.0.1:${echo.server.port}/`).catch(() => undefined);
  expect(await callUnary(echo.client, 'say', NOTE, {})).toEqual(NOTE);
});
