import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';

/** An RFC 9457 problem. `code` is stable and for programs; `title` says what kind of problem, `detail` what to do about this one. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  /** Default: the status in words. */
  readonly title?: string;
  readonly detail?: string;
  /** Sent as `Retry-After`, in whole seconds, rounded up. */
  readonly retryAfterMs?: number;
}

export const PROBLEM_TYPE = 'application/problem+json';

/** Answers with the problem and the request's id. */
export function problem(reply: FastifyReply, about: Problem): FastifyReply {
  if (about.retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(about.retryAfterMs / 1_000)));
  return reply.code(about.status).header('content-type', PROBLEM_TYPE).header('cache-control', 'no-store').send(problemText(about, reply.request.id));
}

export function problemText(about: Problem, requestId?: string): string {
  return JSON.stringify({
    type: 'about:blank',
    title: about.title ?? STATUS_CODES[about.status] ?? 'Error',
    status: about.status,
    detail: about.detail?.toWellFormed(),
    code: about.code,
    request_id: requestId,
  });
}

/** A request refused before its route saw it: for a dialect's own error handler to word. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  readonly code: 'https_required' | 'overloaded';
  readonly statusCode: number;

  constructor(code: RequestRefused['code']) {
    const { status, detail } = REFUSED[code];
    super(detail);
    this.code = code;
    this.statusCode = status;
  }
}

/** Nothing was done. */
export const OVERLOADED = { status: 503, code: 'overloaded', detail: 'this server has too much in hand: nothing was done, try again', retryAfterMs: 1_000 } as const satisfies Problem;

const REFUSED = {
  https_required: { status: 403, code: 'https_required', detail: 'use https' },
  overloaded: OVERLOADED,
} as const satisfies Record<string, Problem>;

/** Framework errors a caller causes, by the framework's code. */
const CAUSED: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413, code: 'body_too_large', detail: 'the body is larger than this server accepts' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { status: 400, code: 'invalid_body', detail: 'the body is not as long as Content-Length says' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { status: 415, code: 'invalid_content_type', detail: 'Content-Type must be a media type, e.g. application/json' },
  FST_ERR_BAD_URL: { status: 400, code: 'invalid_url', detail: 'the path is not valid percent-encoding of UTF-8' },
  FST_ERR_MAX_PARAM_LENGTH: { status: 414, code: 'invalid_url', detail: 'a part of the path is too long' },
  ...REFUSED,
};

/**
 * What to answer for whatever ended a request. `expected` is false for what is nobody's doing but ours: it is opaque to the caller and belongs
 * into the log. A dialect's own error handler takes status and detail from here and keeps its own form.
 */
export function failureOf(error: unknown): Problem & { readonly expected: boolean } {
  const { code, statusCode, message } = error as { code?: unknown; statusCode?: unknown; message?: unknown };
  const known = typeof code === 'string' && Object.hasOwn(CAUSED, code) ? CAUSED[code] : undefined;
  if (known !== undefined) return { ...known, expected: true };
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, code: 'invalid_request', detail: String(message), expected: true };
  }
  return { status: 500, code: 'internal', detail: 'internal error', expected: false };
}
