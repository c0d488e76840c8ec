import { fastify } from 'fastify';
import { expect, test } from 'vitest';
import type { About } from './document.ts';
import { api, type Operation } from './operation.ts';
import { registerOpenApi } from './register.ts';

const ABOUT: About = { title: 'T', version: '1', description: '', tags: {}, securitySchemes: {}, refusals: {} };
const READ: Operation = { summary: 'Read', tag: 't', security: [''], answers: { 200: { says: 'It' } } };

test('a server with a route that says nothing of itself does not start', async () => {
  const app = fastify();
  registerOpenApi(app, ABOUT);
  void app.register(async (scope) => {
    scope.get('/told', api(READ), () => '');
    scope.post('/untold', () => '');
    scope.get('/left', api({ left: 'for a reason' }), () => '');
  });
  await expect(app.ready()).rejects.toThrow('POST /untold');
});

test('the document shows what routes of every scope say, and is asked for again for nothing', async () => {
  await using app = fastify();
  registerOpenApi(app, ABOUT);
  void app.register(async (scope) => {
    scope.all('/things/:id', api({ methods: { GET: READ, PUT: { ...READ, body: { form: { name: 'string', 'tags?': 'string[]' } } } } }), () => '');
  });
  const { headers, body } = await app.inject('/openapi.json');
  const document = JSON.parse(body) as { paths: Record<string, Record<string, object>> };
  expect(Object.keys(document.paths)).toEqual(['/openapi.json', '/things/{id}']);
  expect(Object.keys(document.paths['/things/{id}'] ?? {})).toEqual(['get', 'put']);
  expect(document.paths['/things/{id}']?.put).toMatchObject({
    parameters: [{ name: 'id', in: 'path', required: true }],
    requestBody: { content: { 'application/json': { schema: { required: ['name'], properties: { tags: { type: 'array', items: { type: 'string' } } } } } } },
  });
  expect(headers['cache-control']).toBe('public, no-cache');
  const again = await app.inject({ url: '/openapi.json', headers: { 'if-none-match': `W/"x", ${headers.etag}` } });
  expect([again.statusCode, again.body]).toEqual([304, '']);
});
