import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { ACCESS_TOKEN_TYPE, registerAccessToken } from './access-token.ts';
import { registerApiClients } from './api-clients.ts';
import { registerIntrospect } from './introspect.ts';
import { registerJwks } from './jwks.ts';
import { registerKeys } from './keys.ts';
import { registerMetadata } from './metadata.ts';
import { inProtocolWords } from './protocol.ts';
import { registerRevoke } from './revoke.ts';
import { registerToken } from './token.ts';

/** The `oauth` dialect and the standards around it. */
export function registerOAuth(app: FastifyInstance, ctx: ValidatorContext): void {
  registerJwks(app, ctx);
  registerKeys(app, ctx);
  registerMetadata(app, ctx);
  registerApiClients(app, ctx);
  void app.register(async (scope) => {
    inProtocolWords(scope, ACCESS_TOKEN_TYPE);
    registerAccessToken(scope, ctx);
  });
  void app.register(async (scope) => {
    inProtocolWords(scope);
    registerToken(scope, ctx);
    registerIntrospect(scope, ctx);
    registerRevoke(scope, ctx);
  });
}
