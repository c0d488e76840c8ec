import cookie from '@fastify/cookie';
import { SESSION_AUDIENCES, type SessionAudience } from '@mintmark/domain';
import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { writtenEntry } from '../people/records.ts';
import type { Answer, Exchange } from '../people/serve.ts';
import { serveSession } from './answers.ts';
import { sessionJson } from './begin.ts';
import { sessionApi } from '../api.ts';
import { api } from '@mintmark/kit/http';

const BASE = '/authentication/oidc';
const SIGN_IN_API = sessionApi('Send a browser to the OpenID provider', { query: { tenantAlias: 'alias of the organization' }, gives: 'none', status: 302, security: [''] });
const CALLBACK_API = sessionApi('Where the OpenID provider sends browsers back to', { query: { code: 'of the provider', state: 'of the provider', iss: 'the provider' }, security: [''] });
const COOKIE = 'mintmark-sign-in';
const COOKIE_SECONDS = 600;

/**
 * Sign-in through the OpenID provider, for browsers: `GET /authentication/oidc/sign-in/{soc,developer,account}` sends them to the provider, which sends them back
 * to `/authentication/oidc/callback`; that answers with the session as a login does. Where they go is configured: nothing in a request can change it.
 * What the issuer needs to know the browser again is in a cookie that only the issuer can open.
 */
export function registerSignIn(app: FastifyInstance, ctx: ValidatorContext, https: boolean): void {
  void app.register(async (scope) => {
    await scope.register(cookie);
    for (const audience of SESSION_AUDIENCES) {
      scope.get(`${BASE}/sign-in/${audience}`, { exposeHeadRoute: false, ...api(SIGN_IN_API) }, (request, reply) => serveSession(request, reply, (exchange) => begin(ctx, exchange, audience)));
    }
    scope.get(`${BASE}/callback`, { exposeHeadRoute: false, ...api(CALLBACK_API) }, (request, reply) => serveSession(request, reply, (exchange) => finish(ctx, exchange, https)));
  });
}

async function begin(ctx: ValidatorContext, { request, reply, signal }: Exchange, audience: SessionAudience): Promise<Answer> {
  const { tenantAlias } = request.query as Readonly<Record<string, unknown>>;
  const asked = { audience, tenantAlias: typeof tenantAlias === 'string' ? tenantAlias : '', host: request.host };
  const { authorizationUrl, redirectUrl, sealed } = await ctx.people.beginSignIn(asked, { requestId: request.id, signal });
  const { pathname, protocol } = new URL(redirectUrl);
  const kept = { path: pathname, httpOnly: true, sameSite: 'lax', secure: protocol === 'https:', maxAge: COOKIE_SECONDS } as const;
  reply.setCookie(COOKIE, Buffer.from(sealed).toString('base64url'), kept);
  reply.header('location', authorizationUrl).header('referrer-policy', 'no-referrer');
  return { status: 302 };
}

async function finish(ctx: ValidatorContext, { request, reply, signal }: Exchange, https: boolean): Promise<Answer> {
  const [path = '', query = ''] = request.url.split('?', 2);
  const sealed = Buffer.from(request.cookies[COOKIE] ?? '', 'base64url');
  reply.clearCookie(COOKIE, { path }).header('referrer-policy', 'no-referrer');
  const written = await ctx.people.finishSignIn({ sealed, query, source: request.ip }, { requestId: request.id, signal });
  const { audience } = writtenEntry('session', written).record.body;
  return { status: 200, json: sessionJson(request, https, audience as SessionAudience, written.secret), freshness: written.written?.freshness };
}
