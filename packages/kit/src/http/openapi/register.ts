import { createHash } from 'node:crypto';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { type About, type Described, openApiDocument } from './document.ts';
import { api, type RouteApi } from './operation.ts';

const PATH = '/openapi.json';

/**
 * Serves `/openapi.json`: an OpenAPI 3.1 document of what routes say of themselves (`api`). To be called before they are registered. It is made at its first
 * request and kept; an ETag lets whoever has it ask again for nothing. No server starts with a route that says nothing of itself.
 */
export function registerOpenApi(app: FastifyInstance, about: About): void {
  const described: Described[] = [];
  const undescribed: string[] = [];
  app.addHook('onRoute', (route) => {
    const told = (route.config as { readonly api?: RouteApi } | undefined)?.api;
    if (told === undefined) undescribed.push(...methodsOf(route).map((method) => `${method} ${route.url}`));
    else if (!('left' in told)) described.push(...operationsOf(route, told));
  });
  app.addHook('onReady', (done) => {
    done(undescribed.length === 0 ? undefined : new Error(`routes must say what they are, by api(): ${undescribed.join(', ')}`));
  });
  let kept: { readonly text: Buffer; readonly etag: string } | undefined;
  const operation = {
    summary: 'This document',
    tag: 'operations',
    security: [''],
    answers: { 200: { says: 'The OpenAPI 3.1 document', content: { form: 'object' } }, 304: { says: 'As the ETag of If-None-Match says' } },
  } as const;
  app.get(PATH, api(operation), (request, reply) => {
    kept ??= keep(openApiDocument(about, described));
    reply.header('cache-control', 'public, no-cache').header('etag', kept.etag);
    const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    if (known?.includes(kept.etag) === true || known?.includes('*') === true) return reply.code(304).send();
    return reply.header('content-type', 'application/json').send(kept.text);
  });
}

function keep(document: object): { readonly text: Buffer; readonly etag: string } {
  const text = Buffer.from(JSON.stringify(document));
  return { text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
}

/** HEAD goes without saying where there is GET. */
function methodsOf({ method }: Pick<RouteOptions, 'method'>): readonly string[] {
  return [method].flat().filter((one) => one !== 'HEAD');
}

function operationsOf(route: Pick<RouteOptions, 'method' | 'url'>, told: Exclude<RouteApi, { readonly left: string }>): readonly Described[] {
  if ('methods' in told) return Object.entries(told.methods).map(([method, operation]) => ({ method, url: route.url, operation }));
  return methodsOf(route).map((method) => ({ method, url: route.url, operation: told }));
}
