import { Agent, get } from 'node:http';
import { expect, test } from 'vitest';
import { bodyOf, problem, registerOps, requestSignal, type RequestSignal } from './index.ts';
import { startServer } from './server.fixture.ts';

const echo = (app: Parameters<Parameters<typeof startServer>[0]>[0]): void => {
  app.route({
    method: ['POST', 'PUT', 'DELETE'],
    url: '/echo',
    handler: (request, reply) => reply.header('content-type', 'application/octet-stream').send(bodyOf(request)),
  });
};

test.each([
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain; charset=utf-8',
  'json',
  '',
  'a/b; c',
  'multipart/form-data; boundary="x y"',
  undefined,
])('a route gets the bytes as they came with Content-Type %j', async (type) => {
  await using test = await startServer(echo);
  const body = '{"not": json, at all\u00ff';
  const header = type === undefined ? '' : `Content-Type: ${type}\r\n`;
  const answer = await test.raw(`POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${header}Content-Length: ${body.length}\r\n\r\n${body}`);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer.endsWith(`\r\n\r\n${Buffer.from(body).toString('latin1')}`) || answer.includes('{"not": json, at all')).toBe(true);
});

test('a request without a body gives the route no bytes', async () => {
  await using test = await startServer(echo);
  for (const method of ['DELETE', 'POST']) expect(await (await fetch(`${test.url}/echo`, { method })).arrayBuffer()).toHaveProperty('byteLength', 0);
});

test('a body above the bound is 413 as a problem document, with a length or in chunks', async () => {
  await using test = await startServer(echo, { maxBodyBytes: 1_000 });
  expect((await fetch(`${test.url}/echo`, { method: 'POST', body: 'x'.repeat(1_000) })).status).toBe(200);
  const answer = await fetch(`${test.url}/echo`, { method: 'POST', body: 'x'.repeat(1_001) });
  expect(answer.status).toBe(413);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(await answer.json()).toEqual({
    type: 'about:blank',
    title: 'Payload Too Large',
    status: 413,
    detail: expect.stringContaining('larger'),
    code: 'body_too_large',
    request_id: expect.stringMatching(/^[\w.-]+$/),
  });
  const chunks = `${(900).toString(16)}\r\n${'x'.repeat(900)}\r\n`.repeat(2);
  expect(await test.raw(`POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`)).toMatch(/^HTTP\/1\.1 413 /);
});

test('headers above the bound are 431, garbage is 400, both as problem documents on a closed connection', async () => {
  await using test = await startServer(echo, { maxHeaderBytes: 4_096 });
  const flood = Array.from({ length: 500 }, (_, n) => `X-Header-${n}: ${'y'.repeat(20)}\r\n`).join('');
  const flooded = await test.raw(`GET / HTTP/1.1\r\nHost: a\r\n${flood}\r\n`);
  expect(flooded).toMatch(/^HTTP\/1\.1 431 /);
  expect(flooded).toContain('"code":"headers_too_large"');
  const garbage = await test.raw('NOT HTTP\r\n\r\n');
  expect(garbage).toMatch(/^HTTP\/1\.1 400 /);
  expect(garbage).toContain('application/problem+json');
  expect(garbage).toContain('"code":"malformed_request"');
});

test('no header within the bound is dropped, however many there are', async () => {
  await using test = await startServer((app) => app.get('/last', (request, reply) => reply.send(String(request.headers['x-last']))), {
    maxHeaderBytes: 64 << 10,
  });
  const many = Array.from({ length: 4_000 }, (_, n) => `a${n}:b\r\n`).join('');
  expect(await test.raw(`GET /last HTTP/1.1\r\nHost: a\r\n${many}X-Last: here\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 [\s\S]*here$/);
});

test('requests that arrive too slowly are ended with 408', async () => {
  await using test = await startServer(echo, { timeouts: { headersMs: 200, requestMs: 400 } });
  const [headers, body] = await Promise.all([
    test.raw('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: '),
    test.raw('POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc'),
  ]);
  expect(headers).toMatch(/^HTTP\/1\.1 408 /);
  expect(headers).toContain('"code":"request_timeout"');
  expect(body).toMatch(/^(HTTP\/1\.1 408 |$)/);
});

test('what no route answers is a 404 problem, a path that is no UTF-8 a 400, and neither grows the metrics', async () => {
  await using test = await startServer(echo);
  const unknown = await fetch(`${test.url}/nope?secret=canary`);
  expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'no_route', detail: 'there is nothing at GET /nope' }]);
  expect(await test.raw('GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"invalid_url"/);
  const text = await test.metrics.render();
  expect(text).toContain('mintmark_http_unmatched_total{service="test",region="here"} 1');
  expect(text).not.toContain('nope');
});

test('a route that throws is an opaque 500 to the caller and whole in the log, with the request id', async () => {
  await using test = await startServer((app) =>
    app.get('/boom/:id', () => {
      throw new Error('database password is hunter2');
    }),
  );
  const answer = await fetch(`${test.url}/boom/1`, { headers: { 'X-Request-Id': 'caller-1' } });
  expect(answer.status).toBe(500);
  const body = await answer.text();
  expect(body).not.toContain('hunter2');
  expect(JSON.parse(body)).toMatchObject({ code: 'internal', request_id: 'caller-1' });
  expect(test.lines).toMatchObject([
    { level: 'error', event: 'http_request_failed', request_id: 'caller-1', route: '/boom/:id', error: { message: 'database password is hunter2' } },
  ]);
});

test('a request id out of form is replaced', async () => {
  await using test = await startServer((app) => app.get('/id', (request, reply) => reply.send(request.id)));
  const ids = await Promise.all(
    ['fine_1.2-3', 'has space', 'x'.repeat(65), ''].map(async (id) => (await fetch(`${test.url}/id`, { headers: { 'X-Request-Id': id } })).text()),
  );
  expect(ids[0]).toBe('fine_1.2-3');
  for (const id of ids.slice(1)) expect(id).toMatch(/^[\w.-]{3,64}$/);
  expect(new Set(ids).size).toBe(4);
});

test('a problem carries its code, detail and Retry-After, and says not to keep it', async () => {
  await using test = await startServer((app) =>
    app.get('/p', (_request, reply) => problem(reply, { status: 503, code: 'stale', title: 'Behind', detail: 'lone \ud800', retryAfterMs: 1_200 })),
  );
  const answer = await fetch(`${test.url}/p`);
  expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('cache-control'), answer.headers.get('x-powered-by')]).toEqual([
    503,
    '2',
    'no-store',
    null,
  ]);
  expect(await answer.json()).toMatchObject({ title: 'Behind', status: 503, code: 'stale', detail: 'lone \ufffd' });
});

test('latencies are observed by method, route pattern and status', async () => {
  await using test = await startServer((app) => {
    app.get('/v1/token/:id', (_request, reply) => reply.send('ok'));
    echo(app);
  });
  for (const id of ['a', 'b', 'c']) await fetch(`${test.url}/v1/token/${id}`);
  await fetch(`${test.url}/echo`, { method: 'PUT', body: 'x' });
  await expect
    .poll(() => test.metrics.render())
    .toContain('mintmark_http_request_seconds_count{method="PUT",route="/echo",status="200",service="test",region="here"} 1');
  expect(await test.metrics.render()).toContain(
    'mintmark_http_request_seconds_count{method="GET",route="/v1/token/:id",status="200",service="test",region="here"} 3',
  );
});

test('plain http is refused where https is required, unless a trusted proxy says it was https; operations routes answer', async () => {
  const routes: Parameters<typeof startServer>[0] = (app, _server, metrics) => {
    app.get('/p', (request, reply) => reply.send(request.ip));
    registerOps(app, { ready: () => [], metrics: [metrics] });
  };
  const forwarded = { headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.9' } };
  await using trusting = await startServer(routes, { requireHttps: true, trustedProxies: ['127.0.0.1'] });
  await using wary = await startServer(routes, { requireHttps: true });
  const refused = await fetch(`${trusting.url}/p`);
  expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'https_required' }]);
  expect(await (await fetch(`${trusting.url}/p`, forwarded)).text()).toBe('203.0.113.9');
  expect((await fetch(`${wary.url}/p`, forwarded)).status).toBe(403);
  for (const path of ['/healthz', '/readyz', '/metrics']) expect((await fetch(`${wary.url}${path}`)).status).toBe(200);
});

test('readiness names what is not ready; health only says that the process runs', async () => {
  let ready = false;
  await using test = await startServer((app, _server, metrics) =>
    registerOps(app, {
      metrics: [metrics],
      ready: () => [
        { name: 'log', ready: true },
        { name: 'view', ready, detail: 'folding' },
      ],
    }),
  );
  const waiting = await fetch(`${test.url}/readyz`);
  expect([waiting.status, await waiting.json()]).toMatchObject([
    503,
    { status: 'not ready', missing: ['view'], checks: [{ name: 'log' }, { name: 'view', detail: 'folding' }] },
  ]);
  expect((await fetch(`${test.url}/healthz`)).status).toBe(200);
  ready = true;
  expect((await fetch(`${test.url}/readyz`)).status).toBe(200);
  expect(await (await fetch(`${test.url}/metrics`)).text()).toContain('# TYPE mintmark_http_request_seconds histogram');
});

test('stopping first answers not ready, ends long polls, finishes what is in hand, then closes', async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: release, resolve: let_go } = Promise.withResolvers<void>();
  const test = await startServer((app, server, metrics) => {
    registerOps(app, { metrics: [metrics], ready: () => [] });
    app.get('/poll', async (_request, reply) => {
      using wait = requestSignal(reply, { deadlineMs: 60_000, stopping: server.stopping });
      await aborted(wait);
      return wait.signal.reason.code;
    });
    app.get('/slow', async () => {
      begin();
      await release;
      return 'finished';
    });
  });
  const poll = fetch(`${test.url}/poll`).then((answer) => answer.text());
  const slow = fetch(`${test.url}/slow`).then((answer) => answer.text());
  await begun;
  const stopped = test.server.stop(10_000, 300);
  const ready = await fetch(`${test.url}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([503, { missing: ['server'] }]);
  expect(await poll).toBe('stopping');
  let_go();
  expect(await slow).toBe('finished');
  await stopped;
  await expect(fetch(`${test.url}/readyz`)).rejects.toThrow();
});

test('idle connections do not hold a stop up, and what outlives the grace is cut', async () => {
  const test = await startServer((app) => {
    app.get('/quick', (_request, reply) => reply.send('ok'));
    app.get('/never', () => new Promise(() => undefined));
  });
  const agent = new Agent({ keepAlive: true });
  await new Promise<void>((resolve) => get(`${test.url}/quick`, { agent }, (answer) => answer.resume().once('end', () => resolve())));
  const never = fetch(`${test.url}/never`).catch((error: unknown) => error);
  await fetch(`${test.url}/quick`);
  const startedAt = performance.now();
  await test.server.stop(200);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(await never).toBeInstanceOf(Error);
  agent.destroy();
});

const aborted = ({ signal }: RequestSignal): Promise<void> => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

test('a request’s signal tells a caller who left from a deadline', async () => {
  const codes: string[] = [];
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  await using test = await startServer((app) =>
    app.get('/wait/:ms', async (request, reply) => {
      using wait = requestSignal(reply, { deadlineMs: Number((request.params as { ms: string }).ms) });
      begin();
      expect(wait.deadline).toBeGreaterThanOrEqual(Date.now());
      await aborted(wait);
      codes.push(wait.signal.reason.code);
      return 'done';
    }),
  );
  const leave = new AbortController();
  const left = fetch(`${test.url}/wait/60000`, { signal: leave.signal }).catch(() => undefined);
  await begun;
  leave.abort();
  await left;
  await expect.poll(() => codes).toEqual(['cancelled']);
  expect(await (await fetch(`${test.url}/wait/20`)).text()).toBe('done');
  expect(codes).toEqual(['cancelled', 'deadline_exceeded']);
});

test('an address that is taken is an error of listen', async () => {
  await using test = await startServer(echo);
  await expect(startServer(echo, { port: test.port })).rejects.toThrow('EADDRINUSE');
});
