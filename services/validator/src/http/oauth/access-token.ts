import { api, requestSignal } from '@mintmark/kit/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { basicOf, type Fields, formOrJsonOf } from './fields.ts';
import { grantFor } from './grant.ts';
import { neverStored, ProtocolFailure, sendFailure } from './protocol.ts';
import { FORM, oauthApi } from '../api.ts';

/** The seed's media type (2.1 number 3). */
export const ACCESS_TOKEN_TYPE = 'application/vnd.appd.cntrl+json;v=1';
const CREDENTIALS = { body: { grant_type: 'string', client_id: 'string', client_secret: 'string' }, bodyTypes: [FORM, 'application/json'] } as const;
const ANSWER_WITHIN_MS = 10_000;

/** `POST /controller/api/oauth/access_token` (seed 2.1): client credentials for a token, two members and no more. */
export function registerAccessToken(app: FastifyInstance, ctx: ValidatorContext): void {
  app.post('/controller/api/oauth/access_token', api(oauthApi('A token for the credentials of an API client', { ...CREDENTIALS, gives: { access_token: 'string', expires_in: 'integer' }, givesType: ACCESS_TOKEN_TYPE })), (request, reply) => grantToken(ctx, request, reply));
}

async function grantToken(ctx: ValidatorContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  neverStored(reply);
  using work = requestSignal(reply, { deadlineMs: ANSWER_WITHIN_MS });
  try {
    const fields = formOrJsonOf(request);
    const client = clientIn(ctx, request, fields);
    const asked = { client, grantType: 'client_credentials', subjectToken: '', audience: [] };
    const { accessToken, expiresIn } = await grantFor(ctx, request, asked, work.signal);
    // As bytes: of a text the framework would rewrite the type.
    return reply.header('content-type', ACCESS_TOKEN_TYPE).send(Buffer.from(JSON.stringify({ access_token: accessToken, expires_in: expiresIn })));
  } catch (error) {
    return sendFailure(reply, error, ACCESS_TOKEN_TYPE);
  }
}

/** All three fields are required whether or not the header repeats them; a header that says something else is a failed authentication (seed 2.1 number 5). */
function clientIn(ctx: ValidatorContext, request: FastifyRequest, fields: Fields) {
  const grantType = fields.get('grant_type');
  if (grantType === undefined) throw new ProtocolFailure('invalid_request', 'grant_type must be given');
  if (grantType !== 'client_credentials') throw new ProtocolFailure('unsupported_grant_type', 'grant_type must be client_credentials');
  const clientId = required(fields, 'client_id');
  const clientSecret = required(fields, 'client_secret');
  const basic = basicOf(request);
  if (basic === undefined && ctx.oauth.requireBasic) throw new ProtocolFailure('invalid_client', 'Authorization: Basic is required');
  if (basic !== undefined && (basic.user !== clientId || basic.password !== clientSecret)) {
    throw new ProtocolFailure('invalid_client', 'Authorization: Basic is not that of client_id and client_secret');
  }
  return { clientId, clientSecret, clientAssertion: '' };
}

function required(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (value === undefined) throw new ProtocolFailure('invalid_request', `${name} must be given`);
  return value;
}
