import { expect, test } from 'vitest';
import { registerOps } from './ops.ts';
import { startServer } from './server.fixture.ts';

test('an answer at hand goes out past the routes; whatever else the path is asked for goes to them', async () => {
  await using test = await startServer((app, server, metrics) => {
    registerOps(app, { metrics: [metrics], ready: () => [] });
    app.all('/thing', (request, reply) => reply.send(`route ${request.method} ${request.url}`));
    server.atHand('/thing', ({ 'x-know': known }) => (known === undefined ? undefined : { status: 200, fields: ['x-from', 'hand'], body: `hand é ${known}` }));
  });
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${test.url}${path}`, init);
    return [answer.headers.get('x-from'), answer.headers.get('content-length'), await answer.text()];
  };
  const headers = { 'x-know': '1' };
  expect(await ask('/thing', { headers })).toEqual(['hand', '9', 'hand é 1']);
  expect(await ask('/thing')).toEqual([null, '16', 'route GET /thing']);
  expect(await ask('/thing?a', { headers })).toEqual([null, '18', 'route GET /thing?a']);
  expect(await ask('/thing', { headers, method: 'POST' })).toEqual([null, '17', 'route POST /thing']);
  const [, , rendered] = await ask('/metrics');
  expect(rendered).toMatch(/mintmark_http_request_seconds_count\{[^}]*method="GET",route="\/thing",status="200"[^}]*\} 3\n/);
});

test('a server that requires https asks its routes', async () => {
  await using test = await startServer(
    (app, server) => {
      app.get('/thing', (_request, reply) => reply.send('route'));
      server.atHand('/thing', () => ({ status: 200, fields: [], body: 'hand' }));
    },
    { requireHttps: true },
  );
  expect((await fetch(`${test.url}/thing`)).status).toBe(403);
});
