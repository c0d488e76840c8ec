import { api, requestSignal } from '@mintmark/kit/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { clientAuthentication, formOf } from './fields.ts';
import { settle, withinSource } from './grant.ts';
import { neverStored, ProtocolFailure, sendFailure } from './protocol.ts';
import { FORM, oauthApi } from '../api.ts';

const ANSWER_WITHIN_MS = 13_000;

/** `POST /oauth2/revoke` (RFC 7009): a client ends a token of its own. 503 says that it still counts. */
export function registerRevoke(app: FastifyInstance, ctx: ValidatorContext): void {
  app.post('/oauth2/revoke', api(oauthApi('Revoke a token (RFC 7009)', { body: { token: 'string', 'token_type_hint?': 'string' }, bodyTypes: [FORM], gives: 'none', status: 200 })), (request, reply) => revoke(ctx, request, reply));
}

async function revoke(ctx: ValidatorContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  neverStored(reply);
  using work = requestSignal(reply, { deadlineMs: ANSWER_WITHIN_MS });
  try {
    await withinSource(ctx, request);
    const fields = formOf(request);
    const client = clientAuthentication(request, fields);
    const token = fields.get('token');
    if (token === undefined) throw new ProtocolFailure('invalid_request', 'token must be given');
    const { error } = await ctx.oauth.issuer.revoke({ client, token }, { requestId: request.id, signal: work.signal });
    await settle(ctx, request, error);
    // Clients ignore what it says (RFC 7009 section 2.2), and some of them take only JSON for an answer.
    return reply.code(200).type('application/json').send('{}');
  } catch (error) {
    return sendFailure(reply, error);
  }
}
