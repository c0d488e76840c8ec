import type { IncomingMessage } from 'node:http';
import { deadline, type Timers } from '@mintmark/kit/lifecycle';
import { type Dispatcher, errors, Pool } from 'undici';
import type { Failure } from './api-error.ts';
import { towardsApi } from './headers.ts';
import { Silence, Silent } from './silence.ts';
import type { Fetched } from './token-source.ts';

export interface ApiOptions {
  readonly origin: URL;
  readonly job: string;
  /** Read anew for each token. */
  readonly credential: () => string;
  /** PEM of the authority of the API's certificate; absent: the system's. */
  readonly ca?: string;
  /** How long the API may be silent: milliseconds. */
  readonly timeoutMs: number;
  readonly timers: Timers;
}

const CONNECT_WITHIN_MS = 3_000;
/** A question for a token holds up all who wait for one. */
const ISSUE_WITHIN_MS = 5_000;
const CONNECTIONS = 256;
const MAX_ANSWER = 65_536;

/** The cluster's API as one job sees it. Nothing that is sent here can leave its origin. */
export class Api implements AsyncDisposable {
  readonly #options: ApiOptions;
  readonly #pool: Pool;

  constructor(options: ApiOptions) {
    const { origin, ca, timeoutMs } = options;
    this.#options = options;
    this.#pool = new Pool(origin.origin, {
      connections: CONNECTIONS,
      // What is promised of requests that are cut off and sent again is that of HTTP/1.1.
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: timeoutMs,
      connect: { timeout: CONNECT_WITHIN_MS, ...(ca === undefined ? {} : { ca }) },
    });
  }

  /** Forwards a request; its body is streamed. Throws what `failureOf` reads. */
  async forward(request: IncomingMessage, path: string, token: string, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { timers, timeoutMs } = this.#options;
    const method = (request.method ?? 'GET') as Dispatcher.HttpMethod;
    using silence = new Silence(timers, timeoutMs, signal);
    const body = hasBody(request) ? silence.watched(request) : null;
    return await this.#pool.request({ method, path, headers: towardsApi(request, token), body: body as unknown as Dispatcher.DispatchOptions['body'] & null, signal: silence.signal });
  }

  /** A token of the job, for the credential of its binding. */
  async issue(): Promise<Fetched> {
    const { credential, job, timers, timeoutMs } = this.#options;
    using limit = deadline(timers, Math.min(timeoutMs, ISSUE_WITHIN_MS));
    try {
      const headers = { authorization: `Bearer ${credential().trim()}`, accept: 'application/json', 'content-length': '0' };
      const { statusCode, body } = await this.#pool.request({ method: 'POST', path: '/v1/oauth2/apptoken', headers, body: '', signal: limit.signal });
      return issued(statusCode, await textOf(body), job);
    } catch (error) {
      return { ok: false, failure: limit.signal.aborted ? LATE : failureOf(error) };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

const LATE: Failure = { status: 504, message: 'the API did not answer in time' };

/** What the job is told of a call that failed on the way. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Silent) return error.whose === 'api' ? LATE : { status: 408, message: 'the body of the request stopped' };
  if (error instanceof errors.BodyTimeoutError || error instanceof errors.ConnectTimeoutError) return LATE;
  if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError) return { status: 400, message: `the request cannot be forwarded: ${error.message}` };
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  return { status: 502, message: `the API cannot be reached (${code})` };
}

function issued(status: number, text: string, job: string): Fetched {
  const answer = parsed(text);
  if (status === 401) return refused(401, 'the API does not know the credential of this pipeline: bind the job again');
  if (status === 403) return refused(401, `policy gives the job no token: ${String(answer.message ?? '')}`);
  const { access_token: token, expires_in: seconds } = answer;
  if (status !== 200 || typeof token !== 'string' || typeof seconds !== 'number') return refused(502, `the API gives no token now (${status})`);
  if (subjectOf(token) !== job) return refused(502, `the credential of this pipeline is not that of ${job}`);
  return { ok: true, token, expiresInMs: seconds * 1_000 };
}

function refused(status: Failure['status'], message: string): Fetched {
  return { ok: false, failure: { status, message } };
}

/** Unverified: it comes from the API itself, and only guards against a mix-up of credentials. */
function subjectOf(token: string): unknown {
  return parsed(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')).sub;
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function textOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  let text = '';
  for await (const chunk of body.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MAX_ANSWER) throw new errors.ResponseExceededMaxSizeError('the answer is too long');
  }
  return text;
}
