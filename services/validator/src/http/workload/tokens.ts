import { Refusal } from '@mintmark/domain';
import { api, bodyOf } from '@mintmark/kit/http';
import type { workload } from '@mintmark/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { objectOf, textOf } from '../json-body.ts';
import { takingTurns } from '../taking-turns.ts';
import { answer } from './asked.ts';
import { FORM, workloadApi } from '../api.ts';

/** Where users and pipelines get tokens (seed systems, 1.1 rows 12, 14). Neither route takes another credential than its own. */
export function registerTokens(app: FastifyInstance, ctx: ValidatorContext): void {
  app.post('/v1/oauth2/token', { onRequest: takingTurns(ctx.world.timers), ...api(workloadApi('A token of a user, for name and password', { body: { 'grant_type?': 'string', username: 'string', password: 'string' }, bodyTypes: [FORM, 'application/json'], security: [''] })) }, (request, reply) => issue(reply, (signal) => userToken(ctx, request, signal)));
  app.post('/v1/oauth2/apptoken', api(workloadApi('A token of a job, for its pipeline', { security: ['bindingCredential'] })), (request, reply) => issue(reply, (signal) => appToken(ctx, request, signal)));
}

function issue(reply: FastifyReply, work: (signal: AbortSignal) => Promise<workload.TokenIssued>): Promise<FastifyReply> {
  reply.header('pragma', 'no-cache');
  return answer(reply, async (signal) => {
    const { accessToken, expiresIn } = await work(signal);
    return { access_token: accessToken, token_type: 'Bearer', expires_in: expiresIn };
  });
}

async function userToken({ workload }: ValidatorContext, request: FastifyRequest, signal: AbortSignal): Promise<workload.TokenIssued> {
  const { username, password } = loginOf(request);
  return workload.issuer.issueUserToken({ username, password, source: request.ip }, { requestId: request.id, signal });
}

async function appToken({ workload }: ValidatorContext, request: FastifyRequest, signal: AbortSignal): Promise<workload.TokenIssued> {
  const [scheme = '', credential = '', more] = request.headers.authorization?.trim().split(/ +/) ?? [];
  if (scheme.toLowerCase() !== 'bearer' || credential === '' || more !== undefined) {
    throw new Refusal('unauthenticated', "a pipeline presents its binding's credential as Authorization: Bearer");
  }
  return workload.issuer.issueAppToken({}, { credential, requestId: request.id, signal });
}

/** A form with `grant_type=password`, or JSON. Throws the refusal `invalid_argument`. */
function loginOf(request: FastifyRequest): { readonly username: string; readonly password: string } {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    const body = objectOf(bodyOf(request));
    return { username: textOf(body, 'username'), password: textOf(body, 'password') };
  }
  const form = new URLSearchParams(bodyOf(request).toString('utf8'));
  const one = (name: string): string => {
    const values = form.getAll(name);
    if (values.length !== 1) throw new Refusal('invalid_argument', `${name} must be given once`);
    return values[0] as string;
  };
  if (one('grant_type') !== 'password') throw new Refusal('invalid_argument', 'grant_type must be password');
  return { username: one('username'), password: one('password') };
}
