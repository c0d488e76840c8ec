import { SESSION_AUDIENCES } from '@mintmark/domain';
import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import type { ValidatorEvents } from '../../events.ts';
import { sendFailure, serveSession } from './answers.ts';
import { BEGIN_API, beginSession } from './begin.ts';
import { END_API, endSession } from './end.ts';
import { takingTurns } from '../taking-turns.ts';
import { registerSignIn } from './sign-in.ts';
import { READ_SETTING_API, readSetting, WRITE_SETTING_API, writeSetting } from './settings.ts';
import { api } from '@mintmark/kit/http';

const SAME = { left: 'the path without its last slash' };

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
    const turn = takingTurns(ctx.world.timers);
    registerSignIn(scope, ctx, https);
    for (const audience of SESSION_AUDIENCES) {
      const path = `/authentication/api/v1/sessions/${audience}`;
      for (const url of [path, `${path}/`]) scope.post(url, { ...api(url === path ? BEGIN_API : SAME), onRequest: turn }, (request, reply) => serveSession(request, reply, (exchange) => beginSession(ctx, exchange, audience, https)));
      for (const base of ['/authentication', '']) {
        scope.delete(`${base}/api/v1/sessions/${audience}/:token`, api(END_API), (request, reply) => serveSession(request, reply, (exchange) => endSession(ctx, exchange, audience)));
      }
    }
    scope.get('/soc/api/v1/registry/settings/:name', api(READ_SETTING_API), (request, reply) => serveSession(request, reply, (exchange) => readSetting(ctx, exchange)));
    scope.put('/soc/api/v1/registry/settings/:name', api(WRITE_SETTING_API), (request, reply) => serveSession(request, reply, (exchange) => writeSetting(ctx, exchange)));
  });
}
