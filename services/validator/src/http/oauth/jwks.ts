import { hash } from 'node:crypto';
import { Refusal } from '@mintmark/domain';
import { api, requestSignal } from '@mintmark/kit/http';
import { jwks, type SigningKey } from '@mintmark/keys/signing';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { sendProblem } from '../problems.ts';
import { oauthApi } from '../api.ts';

const ANSWER_WITHIN_MS = 3_000;

interface Shown {
  readonly text: string;
  readonly etag: string;
}

/** `GET /.well-known/jwks.json`: the public keys of every region (RFC 7517 section 5), to be kept for a while and asked for again with its ETag. */
export function registerJwks(app: FastifyInstance, ctx: ValidatorContext): void {
  const maxAge = Math.floor(ctx.oauth.jwksMaxAgeMs / 1_000);
  app.get('/.well-known/jwks.json', api(oauthApi('Public keys of every region', { givesType: 'application/jwk-set+json', security: [''] })), async (request, reply) => {
    using work = requestSignal(reply, { deadlineMs: ANSWER_WITHIN_MS });
    try {
      if (!(await ctx.oauth.memory.current(work.signal))) throw new Refusal('unavailable', 'the region cannot tell its keys now', { retryAfterMs: 1_000 });
      const { text, etag } = shown(ctx.oauth.tokens.shown.keys, ctx.world.clock.now());
      reply.header('cache-control', `public, max-age=${maxAge}`).header('etag', etag);
      if (isKnown(request, etag)) return reply.code(304).send();
      return reply.header('content-type', 'application/jwk-set+json').send(Buffer.from(text));
    } catch (error) {
      return sendProblem(reply as FastifyReply, error);
    }
  });
}

function shown(keys: readonly SigningKey[], now: number): Shown {
  const text = JSON.stringify(jwks(keys, now));
  return { text, etag: `"${hash('sha256', text, 'base64url')}"` };
}

/** RFC 9110 section 13.1.2. */
function isKnown(request: FastifyRequest, etag: string): boolean {
  const given = request.headers['if-none-match'];
  if (given === undefined) return false;
  return given.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}
