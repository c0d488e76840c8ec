import { api, requestSignal } from '@mintmark/kit/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { clientAuthentication, type Fields, formOf } from './fields.ts';
import { grantFor } from './grant.ts';
import { neverStored, ProtocolFailure, sendFailure } from './protocol.ts';
import { FORM, oauthApi } from '../api.ts';

const ANSWER_WITHIN_MS = 10_000;
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const TOKEN_TYPES: readonly string[] = [ACCESS_TOKEN, 'urn:ietf:params:oauth:token-type:jwt'];

const ASKED = { grant_type: 'string', 'client_id?': 'string', 'client_secret?': 'string', 'client_assertion?': 'string', 'audience?': 'string', 'subject_token?': 'string' } as const;

/** `POST /oauth2/token`: the token endpoint (RFC 6749 section 3.2), client credentials and token exchange (RFC 8693). */
export function registerToken(app: FastifyInstance, ctx: ValidatorContext): void {
  app.post('/oauth2/token', api(oauthApi('A token by client credentials or token exchange (RFC 6749, RFC 8693)', { body: ASKED, bodyTypes: [FORM], security: ['basic', ''] })), (request, reply) => grantToken(ctx, request, reply));
}

async function grantToken(ctx: ValidatorContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  neverStored(reply);
  using work = requestSignal(reply, { deadlineMs: ANSWER_WITHIN_MS });
  try {
    const fields = formOf(request);
    const grantType = fields.get('grant_type');
    if (grantType === undefined) throw new ProtocolFailure('invalid_request', 'grant_type must be given');
    const client = clientAuthentication(request, fields);
    const subjectToken = grantType === EXCHANGE ? subjectOf(fields) : '';
    const scope = fields.get('scope');
    const audience = [...fields.all('audience'), ...fields.all('resource')];
    const asked = { client, grantType, subjectToken, audience, ...(scope === undefined ? {} : { scope }) };
    const answer = await grantFor(ctx, request, asked, work.signal);
    return reply.type('application/json').send(
      JSON.stringify({
        access_token: answer.accessToken,
        ...(grantType === EXCHANGE ? { issued_token_type: ACCESS_TOKEN } : {}),
        token_type: answer.tokenType,
        expires_in: answer.expiresIn,
        ...(answer.scope === undefined ? {} : { scope: answer.scope }),
      }),
    );
  } catch (error) {
    return sendFailure(reply, error);
  }
}

/** RFC 8693 section 2.1. */
function subjectOf(fields: Fields): string {
  const subject = fields.get('subject_token');
  if (subject === undefined) throw new ProtocolFailure('invalid_request', 'subject_token must be given');
  if (!TOKEN_TYPES.includes(fields.get('subject_token_type') ?? '')) throw new ProtocolFailure('invalid_request', `subject_token_type must be ${ACCESS_TOKEN}`);
  if (!TOKEN_TYPES.includes(fields.get('requested_token_type') ?? ACCESS_TOKEN)) throw new ProtocolFailure('invalid_request', `requested_token_type must be ${ACCESS_TOKEN}`);
  if (fields.get('actor_token') !== undefined) throw new ProtocolFailure('invalid_request', 'actor_token is not supported: a client exchanges tokens of its own');
  return subject;
}
