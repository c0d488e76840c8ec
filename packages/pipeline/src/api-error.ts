import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why a pipeline does not forward. */
export interface Failure {
  readonly status: 400 | 401 | 403 | 408 | 501 | 502 | 504;
  readonly message: string;
}

const RETRY_MS = 1_000;

/** After these nobody knows where the next request of the connection begins, or whether there is one. */
const LAST = new Set<Failure['status']>([400, 408, 501]);

/** Answers with the dialect's error object; an answer that has begun is cut off instead. */
export function sendFailure(response: ServerResponse, failure: Failure): void {
  if (response.headersSent) return void response.destroy();
  const { headers, body } = answerOf(failure);
  response.writeHead(failure.status, headers).end(body);
}

/** The same on a connection whose request could not be read, which it ends. */
export function refuseSocket(socket: Duplex, failure: Failure): void {
  if (!socket.writable) return void socket.destroy();
  const { headers, body } = answerOf(failure);
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}\r\n${lines.join('')}\r\n${body}`);
}

function answerOf({ status, message }: Failure): { readonly headers: Record<string, string | number>; readonly body: string } {
  const passing = status === 502 || status === 504;
  const body = JSON.stringify({
    code: status,
    message,
    client_side: status < 500,
    fatal: false,
    retry: passing,
    duplicate_key: false,
    resource_missing: false,
    request_invalid: status === 400 || status === 501,
    requires_restart: false,
    token_invalid: status === 401,
    missing_claims: [],
    ...(passing ? { try_again_in_ms: RETRY_MS } : {}),
  });
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store' };
  return { headers: { ...headers, ...(LAST.has(status) ? { connection: 'close' } : {}), ...(passing ? { 'retry-after': '1' } : {}) }, body };
}
