import { SESSION_AUDIENCES } from '@mintmark/domain';
import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import type { ValidatorEvents } from '../../events.ts';
import { sendFailure, serveSession } from './answers.ts';
import { beginSession } from './begin.ts';
import { endSession } from './end.ts';
import { registerSignIn } from './sign-in.ts';
import { readSetting, writeSetting } from './settings.ts';

export interface SessionOptions {
  /** Whether only https is served, so that links say so too whatever a proxy says. */
  readonly https: boolean;
  readonly events: Pick<ValidatorEvents, 'failed'>;
}

/** Registers the `session` dialect (seed: Apprenda). */
export function registerSession(app: FastifyInstance, ctx: ValidatorContext, { https, events }: SessionOptions): void {
  void app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => {
      if (!sendFailure(reply, error)) events.failed({ requestId: request.id, method: `${request.method} ${request.routeOptions.url}`, error });
    });
    registerSignIn(scope, ctx, https);
    for (const audience of SESSION_AUDIENCES) {
      const path = `/authentication/api/v1/sessions/${audience}`;
      for (const url of [path, `${path}/`]) scope.post(url, (request, reply) => serveSession(request, reply, (exchange) => beginSession(ctx, exchange, audience, https)));
      for (const base of ['/authentication', '']) {
        scope.delete(`${base}/api/v1/sessions/${audience}/:token`, (request, reply) => serveSession(request, reply, (exchange) => endSession(ctx, exchange, audience)));
      }
    }
    scope.get('/soc/api/v1/registry/settings/:name', (request, reply) => serveSession(request, reply, (exchange) => readSetting(ctx, exchange)));
    scope.put('/soc/api/v1/registry/settings/:name', (request, reply) => serveSession(request, reply, (exchange) => writeSetting(ctx, exchange)));
  });
}
