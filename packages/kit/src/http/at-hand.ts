import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** A whole answer: its header fields, names and values in turn, and its body. */
export interface DirectAnswer {
  readonly status: number;
  readonly fields: string[];
  readonly body: string | Buffer;
}

/** The answer to a GET of one path without parameters where it is at hand; `undefined` hands the request on to the route. Must not throw. */
export type AtHand = (headers: IncomingHttpHeaders) => DirectAnswer | undefined;

export interface AtHandRoute {
  readonly answer: AtHand;
  observe(status: number, seconds: number): void;
}

/** Sends an answer past the framework. A text without letters beyond ASCII goes out with its header in one write. */
export function writeDirectly(response: ServerResponse, { status, fields, body }: DirectAnswer): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  fields.push('content-length', String(length));
  response.writeHead(status, fields);
  response.end(body, length === body.length ? 'latin1' : 'utf8');
}

/** Lets what is at hand go out before the framework looks at the request. `open` says whether that may be now. */
export function answerAtHand(app: FastifyInstance, routes: ReadonlyMap<string, AtHandRoute>, open: () => boolean): void {
  const { server } = app;
  const listeners = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const route = routes.get(request.url as string);
    if (route !== undefined && request.method === 'GET' && open()) {
      const began = performance.now();
      const answer = route.answer(request.headers);
      if (answer !== undefined) {
        writeDirectly(response, answer);
        route.observe(answer.status, (performance.now() - began) / 1_000);
        return;
      }
    }
    for (const listener of listeners) listener.call(server, request, response);
  });
}
