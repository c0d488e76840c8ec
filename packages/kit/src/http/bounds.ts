import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Bound, Refusals } from '../overload/bound.ts';
import { boundConnections } from '../overload/connections.ts';
import { Places } from '../overload/places.ts';
import { isOperation } from './operations.ts';
import { OVERLOADED, problemText, PROBLEM_TYPE, RequestRefused } from './problem.ts';

/*
 * What clients may take of a server.
 *
 * H1  So many connections, further ones are closed before a byte is read; so many requests in hand, further ones are answered with 503 before their body is read.
 *     Operations routes are always answered.
 * H2  Answers that wait for slow readers have a bound in bytes, all together: beyond it what is large is answered with 503 in its place.
 * H3  A reader that takes nothing of a large answer for `slowReaderMs` loses its connection, and what waited for it is let go.
 */

export interface HttpBounds {
  readonly maxConnections: number;
  readonly maxRequests: number;
  /** Of answers that were given and not yet taken; of at least `LARGE_ANSWER_BYTES` each. */
  readonly maxAnswerBytes: number;
  readonly slowReaderMs: number;
}

export const HTTP_BOUNDS: HttpBounds = { maxConnections: 32_768, maxRequests: 32_768, maxAnswerBytes: 512 << 20, slowReaderMs: 30_000 };

/** Smaller ones fit into the socket's own buffer, or nearly so. */
export const LARGE_ANSWER_BYTES = 64 << 10;

/** Bounds a server; before its routes are registered. */
export function boundServer(app: FastifyInstance, { maxConnections, maxRequests, maxAnswerBytes, slowReaderMs }: HttpBounds): readonly Bound[] {
  const requests = new Places({ name: 'http_requests', limit: maxRequests });
  const answers = new AnswerBytes(maxAnswerBytes);
  app.addHook('onRequest', (request, reply, done) => {
    if (isOperation(request)) return done();
    const place = requests.take();
    if (typeof place === 'string') {
      reply.header('retry-after', String(OVERLOADED.retryAfterMs / 1_000));
      return done(new RequestRefused('overloaded'));
    }
    reply.raw.once('close', () => place[Symbol.dispose]());
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0;
    if ((bytes < LARGE_ANSWER_BYTES && !isStream(payload)) || isOperation(request)) return done(null, payload);
    if (!answers.add(bytes)) return done(null, crowded(request, reply));
    reply.raw.once('close', () => answers.remove(bytes));
    reply.raw.setTimeout(slowReaderMs, () => {
      answers.slow();
      reply.raw.destroy();
    });
    done(null, payload);
  });
  return [boundConnections(app.server, maxConnections, 'http_connections'), requests, answers];
}

function isStream(payload: unknown): boolean {
  return typeof (payload as { pipe?: unknown } | null | undefined)?.pipe === 'function';
}

/** Makes a refusal of an answer that was to be sent; returns its text. */
function crowded(request: FastifyRequest, reply: FastifyReply): string {
  for (const name of ['content-length', 'content-encoding', 'etag']) reply.removeHeader(name);
  reply.code(OVERLOADED.status).header('content-type', PROBLEM_TYPE).header('cache-control', 'no-store').header('retry-after', String(OVERLOADED.retryAfterMs / 1_000));
  return problemText(OVERLOADED, request.id);
}

/** Bytes that wait for their readers. */
class AnswerBytes implements Bound {
  readonly name = 'http_answer_bytes';
  readonly limit: number;
  readonly #refusals = new Refusals();
  #taken = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get taken(): number {
    return this.#taken;
  }

  get refused(): Bound['refused'] {
    return this.#refusals.counts;
  }

  /** Whether there is room. What is larger than the bound by itself has room where nothing else waits. */
  add(bytes: number): boolean {
    if (this.#taken > 0 && this.#taken + bytes > this.limit) {
      this.#refusals.add('full');
      return false;
    }
    this.#taken += bytes;
    return true;
  }

  remove(bytes: number): void {
    this.#taken -= bytes;
  }

  slow(): void {
    this.#refusals.add('slow');
  }
}
