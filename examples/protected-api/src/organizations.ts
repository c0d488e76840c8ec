import type { LocalValidator } from '@mintmark/client';
import { protect } from '@mintmark/client/fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';

interface Asked {
  /** One organization; absent: all that the token reaches. */
  readonly orgId?: string;
}

/** AppNeta: `/api/v3/organization` and `/api/v3/path`, for the organizations that a token reaches now, in the role that it has there. */
export function organizations(app: FastifyInstance, validator: LocalValidator): void {
  const preHandler = protect({ validator, dialects: ['personal'] });
  app.get<{ Querystring: Asked }>('/api/v3/organization', { preHandler }, async ({ mintmark, query }, reply) => {
    const reached = mintmark?.principal.organizations ?? [];
    if (query.orgId !== undefined && !reached.includes(query.orgId)) return refused(reply);
    return (query.orgId === undefined ? reached : [query.orgId]).map((id) => ({ id, status: 'Active' }));
  });
  app.get<{ Querystring: Asked }>('/api/v3/path', { preHandler }, async ({ mintmark, query }, reply) => {
    const reached = mintmark?.principal.organizations ?? [];
    if (query.orgId !== undefined && !reached.includes(query.orgId)) return refused(reply);
    return (query.orgId === undefined ? reached : [query.orgId]).map((orgId, at) => ({ id: at + 1, orgId, name: `path-${at + 1}` }));
  });
  app.post<{ Querystring: Asked }>('/api/v3/path', { preHandler }, async ({ mintmark, query }, reply) => {
    const { organizations: reached = [], roles = [] } = mintmark?.principal ?? {};
    const at = query.orgId === undefined ? 0 : reached.indexOf(query.orgId);
    const role = roles[at];
    if (role === undefined || role === 'View Only') return refused(reply);
    return reply.code(201).send({ id: 100, orgId: reached[at] });
  });
}

function refused(reply: FastifyReply): FastifyReply {
  return reply.code(403).send({ httpStatusCode: 403, messages: ['the token does not reach that organization, or its role does not allow it'] });
}
