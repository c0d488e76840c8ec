import type { FastifyReply, FastifyRequest } from 'fastify';

/** How long a refused body is still taken in, to be thrown away. */
const LINGER_MS = 1_000;

/**
 * Lets a client that is still sending a body which was refused for its size come to its end, for a while: closing on it at once would reset
 * the connection, and the answer could be lost with it.
 */
export function linger(request: FastifyRequest, reply: FastifyReply, payload: unknown, done: (error: Error | null, payload?: unknown) => void): void {
  const { raw } = request;
  if (reply.statusCode !== 413 || raw.complete) return done(null, payload);
  const finish = (): void => {
    clearTimeout(timer);
    raw.off('end', finish);
    raw.off('close', finish);
    done(null, payload);
  };
  const timer = setTimeout(finish, LINGER_MS).unref();
  raw.once('end', finish);
  raw.once('close', finish);
  raw.resume();
}
