import type { IncomingMessage, ServerResponse } from 'node:http';
import { withoutCredential } from './guard/credential.ts';
import { type Admitted, admit, type GuardOptions, isAdmitted } from './guard/guard.ts';

export type { Admitted, GuardOptions };

declare global {
  namespace Express {
    interface Request {
      /** Who is let in; set by `protect`. */
      mintmark?: Admitted;
    }
  }
}

/** What the middleware reads of a request, and sets: `body` is as `express.json()` leaves it. */
interface Guarded extends IncomingMessage {
  body?: unknown;
  mintmark?: Admitted;
  /** The whole path, where a router has taken its part of `url`. */
  readonly originalUrl?: string;
  /** As `trust proxy` has it. */
  readonly protocol?: string;
  /** As `trust proxy` has it. */
  readonly ip?: string;
}

/** A middleware that lets in whoever is known and permitted, and answers everybody else in their dialect's words. Comes after `express.json()`. */
export function protect<Request extends IncomingMessage = Guarded>(
  options: GuardOptions<Request>,
): (request: Request, response: ServerResponse, next: (error?: unknown) => void) => void {
  return (request, response, next) => {
    const guarded: Guarded = request;
    const { method = 'GET', headers, url = '/' } = request;
    const origin = `${guarded.protocol ?? ('encrypted' in request.socket ? 'https' : 'http')}://${headers.host ?? ''}`;
    admit(options, request, { method, headers, body: guarded.body, source: guarded.ip ?? request.socket.remoteAddress, origin, path: guarded.originalUrl ?? url }).then((answer) => {
      if (!isAdmitted(answer)) {
        response.writeHead(answer.status, answer.headers).end(answer.body);
        return;
      }
      guarded.mintmark = answer;
      if (answer.credential.dialect === 'session') guarded.body = withoutCredential(guarded.body);
      next();
    }, next);
  };
}
