import type { LocalValidator } from '@mintmark/client';
import { protect } from '@mintmark/client/fastify';
import type { FastifyInstance } from 'fastify';

const HOSTS = [
  { name: 'node-1', state: 'Normal' },
  { name: 'node-2', state: 'Maintenance' },
];

/** Apprenda: `/soc/api/v1/hosts`, for sessions of the Platform Operations API. */
export function hosts(app: FastifyInstance, validator: LocalValidator): void {
  const preHandler = protect({ validator, dialects: ['session'], audience: 'soc' });
  app.get('/soc/api/v1/hosts', { preHandler }, async () => ({ items: HOSTS, href: '/soc/api/v1/hosts' }));
  for (const method of ['POST', 'PUT'] as const) {
    app.route({ method, url: '/soc/api/v1/hosts', preHandler, handler: async ({ body }, reply) => reply.code(method === 'POST' ? 201 : 200).send(body ?? {}) });
  }
}
