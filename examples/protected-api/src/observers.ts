import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const WITHIN_MS = 5_000;

/** AppNeta: `/api/v3/observer` knows users with a password only; a token is refused, whatever its role (AN-12, AN-13). */
export function observers(app: FastifyInstance, region: string): void {
  const urls: string[] = [];
  const guarded = { preHandler: (request: FastifyRequest, reply: FastifyReply) => basicOnly(region, request, reply) };
  app.get('/api/v3/observer', guarded, async () => urls.map((url) => ({ url })));
  app.post<{ Body: { readonly url?: string } | null }>('/api/v3/observer', guarded, async ({ body }, reply) => {
    urls.splice(0, urls.length, body?.url ?? 'https://observer.example.com');
    return reply.code(201).send({ url: urls[0] });
  });
  app.delete('/api/v3/observer', guarded, async (_, reply) => {
    urls.length = 0;
    return reply.code(204).send();
  });
}

/** The region tells whether the password is good: it lists the user's tokens to nobody else. */
async function basicOnly(region: string, { headers }: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { authorization = '' } = headers;
  if (/^token\s/i.test(authorization)) return reply.code(403).send({ httpStatusCode: 403, messages: ['access tokens cannot be used here: use basic authentication'] });
  if (!/^basic\s/i.test(authorization)) return reply.code(401).header('www-authenticate', 'Basic').send({ httpStatusCode: 401, messages: ['basic authentication is needed'] });
  const { status } = await fetch(`${region}/api/v3/accessToken`, { headers: { authorization }, signal: AbortSignal.timeout(WITHIN_MS) });
  if (status === 200) return undefined;
  const code = status >= 500 ? 503 : 401;
  return reply.code(code).send({ httpStatusCode: code, messages: [code === 503 ? 'the region cannot tell now; try again' : 'wrong username or password'] });
}
