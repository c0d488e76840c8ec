import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { registerAccessToken } from './access-token.ts';
import { registerApiClients } from './api-clients.ts';
import { registerIntrospect } from './introspect.ts';
import { registerJwks } from './jwks.ts';
import { registerKeys } from './keys.ts';
import { registerMetadata } from './metadata.ts';
import { registerRevoke } from './revoke.ts';
import { registerToken } from './token.ts';

/** The `oauth` dialect and the standards around it. */
export function registerOAuth(app: FastifyInstance, ctx: ValidatorContext): void {
  registerJwks(app, ctx);
  registerKeys(app, ctx);
  registerMetadata(app, ctx);
  registerApiClients(app, ctx);
  registerAccessToken(app, ctx);
  registerToken(app, ctx);
  registerIntrospect(app, ctx);
  registerRevoke(app, ctx);
}
