import type { LocalValidator } from '@mintmark/client';
import { protect } from '@mintmark/client/fastify';
import type { FastifyInstance } from 'fastify';

const SERVICES = [
  { uuid: '9cd9c1ed-2dcb-4340-99c0-3fd8a88e5eb9', fqn: 'service::/sandbox/admin::my_generic_redis', type: 'generic' },
  { uuid: '0b6a86b2-5d0c-4f6a-9a57-3f5d0f2a7c11', fqn: 'service::/apcera::http', type: 'http' },
];

/** Apcera: `GET /v1/services` lists the services that the token permits to read. */
export function services(app: FastifyInstance, validator: LocalValidator): void {
  app.get('/v1/services', { preHandler: protect({ validator, dialects: ['workload'] }) }, async ({ mintmark }) => {
    if (mintmark === undefined) return [];
    const { credential } = mintmark;
    const verdicts = await Promise.all(SERVICES.map(({ fqn }) => validator.authorize({ verb: 'read', resource: fqn, credential })));
    return SERVICES.filter((_, at) => verdicts[at]?.verdict === 'allow');
  });
}
