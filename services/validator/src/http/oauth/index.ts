import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { registerJwks } from './jwks.ts';
import { registerMetadata } from './metadata.ts';

/** The `oauth` dialect and the standards around it. */
export function registerOAuth(app: FastifyInstance, ctx: ValidatorContext): void {
  registerJwks(app, ctx);
  registerMetadata(app, ctx);
}
