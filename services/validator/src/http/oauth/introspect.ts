import { Refusal } from '@mintmark/domain';
import { api, requestSignal } from '@mintmark/kit/http';
import type { ClientEntry, JudgedToken } from '@mintmark/oauth';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { administratorOf } from '../caller.ts';
import { askingClient } from './asking-client.ts';
import { clientAuthentication, formOf } from './fields.ts';
import { withinSource } from './grant.ts';
import { neverStored, ProtocolFailure, sendFailure } from './protocol.ts';
import { FORM, oauthApi } from '../api.ts';

const ANSWER_WITHIN_MS = 10_000;
const INACTIVE = '{"active":false}';

/**
 * `POST /oauth2/introspect` (RFC 7662): for clients, about tokens of their account, and for whoever shows a management token in `X-Nomad-Token`, about any.
 * Of all others, live or not, it says `{"active":false}` and nothing else.
 */
export function registerIntrospect(app: FastifyInstance, ctx: ValidatorContext): void {
  app.post('/oauth2/introspect', api(oauthApi('Whether a token is active (RFC 7662)', { body: { token: 'string' }, bodyTypes: [FORM], gives: { active: 'boolean' }, security: ['basic', 'aclToken', 'aclBearer'] })), (request, reply) => introspect(ctx, request, reply));
}

async function introspect(ctx: ValidatorContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  neverStored(reply);
  using work = requestSignal(reply, { deadlineMs: ANSWER_WITHIN_MS });
  try {
    await withinSource(ctx, request);
    const fields = formOf(request);
    const token = fields.get('token');
    const asking = isAdministrator(request) ? 'administrator' : await askingClient(ctx, request, clientAuthentication(request, fields), work.signal);
    if (asking === 'administrator') await admitted(ctx, request, work.signal);
    if (token === undefined) throw new ProtocolFailure('invalid_request', 'token must be given');
    const judged = await ctx.oauth.authenticator.judge(token, work.signal);
    if (judged === undefined || ctx.strictness.lapsed(false)) throw new Refusal('unavailable', 'the region cannot judge tokens now', { retryAfterMs: 1_000 });
    reply.type('application/json');
    return reply.send(judged.ok && isTheirs(judged, asking) ? activeJson(judged) : INACTIVE);
  } catch (error) {
    return sendFailure(reply, error);
  }
}

function isAdministrator(request: FastifyRequest): boolean {
  return request.headers['x-nomad-token'] !== undefined;
}

async function admitted(ctx: ValidatorContext, request: FastifyRequest, signal: AbortSignal): Promise<void> {
  try {
    await administratorOf(ctx, request, signal);
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'unavailable') throw new ProtocolFailure('invalid_client', error.message);
    throw error;
  }
}

function isTheirs({ organization }: JudgedToken, asking: ClientEntry | 'administrator'): boolean {
  return asking === 'administrator' || asking.record.body.organization === organization.record.id;
}

function activeJson({ claims, jkt }: JudgedToken): string {
  const { iss, aud, exp, iat, nbf, sub, jti, client_id, scope, cnf, type, id, acctId, acctName } = claims as JudgedToken['claims'] & { readonly scope?: string };
  const said = { client_id, token_type: jkt === undefined ? 'Bearer' : 'DPoP', exp, iat, nbf, sub, aud, iss, jti, cnf, type, id, acctId, acctName };
  return JSON.stringify({ active: true, ...(scope === undefined ? {} : { scope }), ...said });
}
