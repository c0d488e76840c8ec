import type { FastifyReply, FastifyRequest } from 'fastify';
import { withoutCredential } from './guard/credential.ts';
import { type Admitted, admit, type GuardOptions, isAdmitted } from './guard/guard.ts';

export type { Admitted, GuardOptions };

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is let in; set by `protect`. */
    mintmark?: Admitted;
  }
}

/** A `preHandler` that lets in whoever is known and permitted, and answers everybody else in their dialect's words. */
export function protect(options: GuardOptions<FastifyRequest>): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  return async (request, reply) => {
    const answer = await admit(options, request, { method: request.method, headers: request.headers, body: request.body, source: request.ip, origin: `${request.protocol}://${request.host}`, path: request.url });
    if (!isAdmitted(answer)) return reply.code(answer.status).headers(answer.headers).send(answer.body);
    request.mintmark = answer;
    if (answer.credential.dialect === 'session') request.body = withoutCredential(request.body);
    return undefined;
  };
}
