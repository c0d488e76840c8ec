import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts';

let stack: AsyncDisposableStack;
let proxy: TcpProxy;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  const echo = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => undefined).pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  stack.defer(() => void echo.close());
  proxy = stack.use(await tcpProxy({ port: (echo.address() as AddressInfo).port }));
});

afterEach(() => stack.disposeAsync());

interface Client {
  readonly socket: Socket;
  received(): string;
  readonly closed: Promise<unknown>;
}

function client(): Client {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined).on('data', (bytes) => chunks.push(bytes));
  stack.defer(() => void socket.destroy());
  return { socket, closed, received: () => Buffer.concat(chunks).toString('latin1') };
}

test('bytes pass unchanged and in order, and an end passes after them', async () => {
  const { socket, closed, received } = client();
  const sent = Array.from({ length: 200_000 }, (_, n) => String(n % 10))
    .join('')
    .repeat(20);
  socket.end(sent, 'latin1');
  await closed;
  expect(received() === sent).toBe(true);
});

test('a cut ends present connections and each new one, until it heals', async () => {
  const first = client();
  first.socket.write('a');
  await eventually(() => first.received() === 'a');
  proxy.cut();
  await first.closed;
  const second = client();
  await second.closed;
  proxy.heal();
  const third = client();
  third.socket.write('c');
  await eventually(() => third.received() === 'c');
});

test('a delay holds each direction back for that long, and keeps the order when it ends', async () => {
  const { socket, received } = client();
  proxy.delay(100);
  const start = performance.now();
  socket.write('1');
  await eventually(() => received() === '1');
  expect(performance.now() - start).toBeGreaterThanOrEqual(195);
  socket.write('2');
  await eventually(() => proxy.open === 1);
  proxy.heal();
  socket.write('3');
  await eventually(() => received() === '123');
});

test('a black hole back loses answers with the connection open, and healing resets what lost something', async () => {
  const hit = client();
  const spared = client();
  await eventually(() => proxy.open === 2);
  proxy.blackhole('back');
  hit.socket.write('lost');
  await expect(eventually(() => hit.received() !== '', { within: 100 })).rejects.toThrow('did not hold');
  expect(hit.socket.destroyed).toBe(false);
  proxy.heal();
  await hit.closed;
  spared.socket.write('kept');
  await eventually(() => spared.received() === 'kept');
});

test('what drips comes in order at its rate, and the rest at once when it heals', async () => {
  const { socket, received } = client();
  await eventually(() => proxy.open === 1);
  proxy.drip(1_000);
  const start = performance.now();
  socket.write('0123456789'.repeat(20));
  await eventually(() => received().length >= 50);
  expect(performance.now() - start).toBeGreaterThanOrEqual(45);
  expect(received().length).toBeLessThan(200);
  proxy.heal();
  await eventually(() => received() === '0123456789'.repeat(20), { within: 100 });
});

test('a new target ends present connections and takes the next ones', async () => {
  const first = client();
  first.socket.write('a');
  await eventually(() => first.received() === 'a');
  const other = createServer((socket) => socket.on('error', () => undefined).end('other'));
  stack.defer(() => void other.close());
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  proxy.retarget((other.address() as AddressInfo).port);
  await first.closed;
  const second = client();
  await eventually(() => second.received() === 'other');
});
