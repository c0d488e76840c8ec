import type { ServerResponse } from 'node:http';

/** Why a pipeline does not forward. */
export interface Failure {
  readonly status: 400 | 401 | 403 | 502 | 504;
  readonly message: string;
}

const RETRY_MS = 1_000;

/** Answers with the dialect's error object; an answer that has begun is cut off instead. */
export function sendFailure(response: ServerResponse, { status, message }: Failure): void {
  if (response.headersSent) return void response.destroy();
  const passing = status === 502 || status === 504;
  const body = JSON.stringify({
    code: status,
    message,
    client_side: status < 500,
    fatal: false,
    retry: passing,
    duplicate_key: false,
    resource_missing: false,
    request_invalid: status === 400,
    requires_restart: false,
    token_invalid: status === 401,
    missing_claims: [],
    ...(passing ? { try_again_in_ms: RETRY_MS } : {}),
  });
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store', connection: 'close' };
  response.writeHead(status, passing ? { ...headers, 'retry-after': '1' } : headers).end(body);
}
