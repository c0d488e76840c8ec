import type { FastifyRequest } from 'fastify';

/** In a route's `config`: the route is for operations. It answers over plain http too, and however much is in hand. */
export const FOR_OPERATIONS = { forOperations: true } as const;

export function isOperation({ routeOptions }: FastifyRequest): boolean {
  return 'forOperations' in routeOptions.config;
}
