import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { chosen } from './compress.ts';
import { startServer, type TestServer } from './server.fixture.ts';

const LARGE = JSON.stringify(Array.from({ length: 500 }, (_, n) => `item ${n}`));

async function start(): Promise<TestServer> {
  return await startServer((app) => {
    app.get('/large', (_request, reply) => reply.header('content-type', 'application/json').send(LARGE));
    app.get('/bytes', (_request, reply) => reply.header('vary', 'Origin').send(Buffer.from(LARGE)));
    app.get('/small', (_request, reply) => reply.send('small'));
    app.get('/private', (_request, reply) => reply.header('cache-control', 'no-store').send(LARGE));
    app.get('/empty', (_request, reply) => reply.code(204).send());
  });
}

/** What one GET answers, undecoded. */
async function answerTo(test: TestServer, path: string, accept?: string): Promise<{ encoding: unknown; vary: unknown; length: unknown; body: Buffer }> {
  const answer = await new Promise<IncomingMessage>((resolve) =>
    get(`${test.url}${path}`, { agent: false, headers: accept === undefined ? {} : { 'accept-encoding': accept } }, resolve),
  );
  const { headers } = answer;
  return { encoding: headers['content-encoding'], vary: headers.vary, length: Number(headers['content-length']), body: await buffer(answer) };
}

test('a large answer is compressed for who asks for it, says so, and is the same when unpacked', async () => {
  await using test = await start();
  const gzip = await answerTo(test, '/large', 'gzip, deflate, br');
  expect(gzip).toMatchObject({ encoding: 'gzip', vary: 'Accept-Encoding', length: gzip.body.length });
  expect(gzip.body.length).toBeLessThan(LARGE.length / 2);
  expect(gunzipSync(gzip.body).toString()).toBe(LARGE);
  const deflate = await answerTo(test, '/bytes', 'deflate');
  expect(deflate).toMatchObject({ encoding: 'deflate', vary: 'Origin, Accept-Encoding' });
  expect(inflateSync(deflate.body).toString()).toBe(LARGE);
});

test('it stays as it is for who does not ask, and still says that it varies', async () => {
  await using test = await start();
  for (const accept of [undefined, 'br', 'identity', 'gzip;q=0', '*;q=0']) {
    const plain = await answerTo(test, '/large', accept);
    expect(plain).toMatchObject({ encoding: undefined, vary: 'Accept-Encoding' });
    expect(plain.body.toString()).toBe(LARGE);
  }
});

test('small, empty and secret answers are never compressed', async () => {
  await using test = await start();
  for (const path of ['/small', '/private', '/empty']) expect(await answerTo(test, path, 'gzip')).toMatchObject({ encoding: undefined, vary: undefined });
});

test.each([
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['deflate', 'deflate'],
  ['gzip;q=0.5, deflate;q=0.8', 'deflate'],
  ['gzip;q=0.5, deflate;q=0.5', 'gzip'],
  ['*', 'gzip'],
  ['gzip;q=0, *', 'deflate'],
  ['identity, gzip;q=0.5', undefined],
  ['gzip; q=1.000 , br', 'gzip'],
  ['gzip;q=2', undefined],
  ['', undefined],
  ['gzip;level=9', undefined],
  [`${'x,'.repeat(10_000)}gzip`, undefined],
] as const)('of %j it chooses %s', (accepted, expected) => {
  expect(chosen(accepted)).toBe(expected);
});
