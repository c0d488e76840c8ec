import { Refusal } from '@mintmark/domain';
import { failureOf } from '@mintmark/kit/http';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** An error in the words of RFC 6749 section 5.2. */
export class ProtocolFailure extends Error {
  override readonly name = 'ProtocolFailure';
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.error = error;
  }
}

/** Too much was asked. Milliseconds until it is worth another try. */
export class TooMany extends Error {
  override readonly name = 'TooMany';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('too many requests');
    this.retryAfterMs = retryAfterMs;
  }
}

/** No answer of these endpoints may be stored on the way (RFC 6749 section 5.1). */
export function neverStored(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
}

/** Answers with an error of the protocol; `type` is the media type of the body. Anything unforeseen goes on to the server's own error handling. */
export function sendFailure(reply: FastifyReply, error: unknown, type = 'application/json'): FastifyReply {
  reply.header('content-type', type);
  if (error instanceof ProtocolFailure) return sendProtocolError(reply, error.error, error.message);
  if (error instanceof TooMany) return retry(reply, error.retryAfterMs).code(429).send(said('slow_down', 'too many requests'));
  if (!(error instanceof Refusal)) throw error;
  switch (error.code) {
    case 'unavailable':
    case 'stale':
    case 'outcome_unknown':
      return retry(reply, error.retryAfterMs ?? 1_000).code(503).send(said('temporarily_unavailable', error.message));
    case 'resource_exhausted':
      return retry(reply, error.retryAfterMs ?? 1_000).code(429).send(said('slow_down', error.message));
    default:
      return reply.code(error.code === 'invalid_argument' ? 400 : 500).send(said(error.code === 'invalid_argument' ? 'invalid_request' : 'server_error', error.message));
  }
}

/**
 * Lets a scope's routes say in these words too what is refused before they see it: plain http where https is required (RFC 6749 section 3.2), a body that is
 * too large. What is nobody's doing but ours goes on to the server's own error handling.
 */
export function inProtocolWords(scope: FastifyInstance, type = 'application/json'): void {
  scope.setErrorHandler((error, _request, reply) => {
    const { status, detail = '', expected } = failureOf(error);
    if (!expected) throw error;
    return neverStored(reply).code(status).header('content-type', type).send(said('invalid_request', detail));
  });
}

function sendProtocolError(reply: FastifyReply, error: string, description: string): FastifyReply {
  if (error !== 'invalid_client') return reply.code(400).send(said(error, description));
  return reply.code(401).header('www-authenticate', 'Basic realm="mintmark", charset="UTF-8"').send(said(error, description));
}

function retry(reply: FastifyReply, ms: number): FastifyReply {
  return reply.header('retry-after', String(Math.ceil(ms / 1_000)));
}

/** `error_description` holds no quotes or backslashes (RFC 6749 section 5.2). */
function said(error: string, description: string): Buffer {
  return Buffer.from(JSON.stringify({ error, error_description: description.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?') }));
}
