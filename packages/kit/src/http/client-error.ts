import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { PROBLEM_TYPE, type Problem, problemText } from './problem.ts';

/** What the HTTP parser itself refuses, by its error code. */
const REFUSED: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'headers_too_large', detail: 'the request line and header fields are larger than this server accepts' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: 'body_too_large', detail: 'the chunk extensions of the body are too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'request_timeout', detail: 'the request took too long to arrive' },
};
const MALFORMED: Problem = { status: 400, code: 'malformed_request', detail: 'the request is not valid HTTP/1.1' };

/** Answers what is no request, and closes the connection: nothing after it can be trusted. */
export function refuseUnparsable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const about = REFUSED[error.code ?? ''] ?? MALFORMED;
  const body = problemText(about);
  socket.end(
    `HTTP/1.1 ${about.status} ${STATUS_CODES[about.status]}\r\nConnection: close\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
