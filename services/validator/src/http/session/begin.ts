import { Refusal, type SessionAudience, shownSessionToken } from '@mintmark/domain';
import { bodyOf } from '@mintmark/kit/http';
import type { FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { type JsonObject, objectOf } from '../json-body.ts';
import type { Answer, Exchange } from '../people/serve.ts';
import { sessionApi } from '../api.ts';

export const BEGIN_API = sessionApi('Log in', {
  body: { username: 'string', password: 'string', 'tenantAlias?': 'string' },
  gives: { ApprendaSessionToken: 'string', href: 'string' },
  status: 201,
  security: [''],
});

/** `POST /authentication/api/v1/sessions/{soc,developer,account}` (seed: Apprenda 4.1 numbers 1 to 5). */
export async function beginSession(ctx: ValidatorContext, { request, signal }: Exchange, audience: SessionAudience, https: boolean): Promise<Answer> {
  const body = objectOf(bodyOf(request));
  const login = {
    username: memberOf(body, 'username'),
    password: memberOf(body, 'password'),
    tenantAlias: memberOf(body, 'tenantAlias', ''),
    audience,
    source: request.ip,
  };
  const { secret, written } = await ctx.people.createSession(login, { requestId: request.id, signal });
  return { status: 201, json: sessionJson(request, https, audience, secret), freshness: written?.freshness };
}

/** A session that has begun: its token, and where it can be ended. */
export function sessionJson(request: FastifyRequest, https: boolean, audience: SessionAudience, token: string) {
  return { ApprendaSessionToken: shownSessionToken(token, 'body'), href: hrefOf(request, https, audience, token) };
}

function hrefOf(request: FastifyRequest, https: boolean, audience: SessionAudience, token: string): string {
  return `${https ? 'https' : request.protocol}://${request.host}/authentication/api/v1/sessions/${audience}/${shownSessionToken(token, 'link')}`;
}

/** A text member by its name in whatever case. */
function memberOf(body: JsonObject, name: string, otherwise?: string): string {
  const [, value = otherwise] = Object.entries(body).find(([other]) => other.toLowerCase() === name.toLowerCase()) ?? [];
  if (typeof value === 'string') return value;
  throw new Refusal('invalid_argument', `${name} must be a string`);
}
