import { errors, Pool } from 'undici';
import { ClientError, type ClientErrorCode } from '../error.ts';

/** How a caller presents itself: the one header of its dialect. */
export type Presented =
  | { readonly dialect: 'acl' | 'oauth' | 'workload' | 'personal' | 'session'; readonly value: string }
  | { readonly dialect: 'basic'; readonly username: string; readonly password: string };

export interface ExchangeOptions {
  /** `http://` or `https://`, host and port of the region. */
  readonly address: string;
  /** Who calls; absent: nobody. */
  readonly credential?: Presented;
  /** How long an answer may take: milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** Connections at most. Default 16. */
  readonly connections?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** How long the answer may take, in place of the client's own: milliseconds. */
  readonly timeoutMs?: number;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Sent as a form in place of JSON. */
  readonly form?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Statuses whose bodies are answers like that of a success. */
  readonly also?: readonly number[];
}

const TIMEOUT_MS = 10_000;
const CONNECTIONS = 16;
const MAX_ANSWER_BYTES = 64 << 20;

/** Requests of one region over kept connections. Nothing is tried twice. */
export class Exchange implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;

  /** Throws `TypeError` for an address that is none. */
  constructor({ address, credential, timeoutMs = TIMEOUT_MS, connections = CONNECTIONS }: ExchangeOptions) {
    const url = new URL(address);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError('address must be http://host:port or https://host:port');
    this.#pool = new Pool(url.origin, { connections, connectTimeout: timeoutMs, headersTimeout: 0, bodyTimeout: 0 });
    this.#base = url.pathname.replace(/\/$/, '');
    this.#headers = { accept: 'application/json', ...(credential === undefined ? {} : headerOf(credential)) };
    this.#timeoutMs = timeoutMs;
  }

  /** The JSON of an answer; `undefined` for an empty one. Throws `ClientError`, or the signal's reason. */
  async json<T>(call: Call): Promise<T> {
    const bound = AbortSignal.timeout(call.timeoutMs ?? this.#timeoutMs);
    const signal = call.signal === undefined ? bound : AbortSignal.any([bound, call.signal]);
    const { status, text } = await this.#text(call, signal).catch((error: unknown) => {
      call.signal?.throwIfAborted();
      throw failureOf(error, bound.aborted);
    });
    if ((status < 200 || status > 299) && call.also?.includes(status) !== true) throw new ClientError(codeOf(status), messageOf(text, status), { status });
    if (text === '') return undefined as T;
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new ClientError('malformed_answer', 'the answer is not JSON', { status, cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }

  async #text({ method, path, query, body, form }: Call, signal: AbortSignal): Promise<{ readonly status: number; readonly text: string }> {
    const sent = form === undefined ? (body === undefined ? undefined : JSON.stringify(body)) : new URLSearchParams(form).toString();
    const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
    const headers = sent === undefined ? this.#headers : { ...this.#headers, 'content-type': type };
    const answer = await this.#pool.request({ method, path: this.#base + path + queryOf(query), headers, signal, ...(sent === undefined ? {} : { body: sent }) });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer.body) {
      bytes += (chunk as Buffer).length;
      if (bytes > MAX_ANSWER_BYTES) throw new ClientError('malformed_answer', `the answer is longer than ${MAX_ANSWER_BYTES} bytes`);
      chunks.push(chunk as Buffer);
    }
    return { status: answer.statusCode, text: Buffer.concat(chunks).toString('utf8') };
  }
}

/** One part of a path. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}

function headerOf(credential: Presented): Record<string, string> {
  switch (credential.dialect) {
    case 'acl':
      return { 'x-nomad-token': credential.value };
    case 'personal':
      return { authorization: `Token ${credential.value}` };
    case 'session':
      return { apprendasessiontoken: credential.value };
    case 'basic':
      return { authorization: `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}` };
    default:
      return { authorization: `Bearer ${credential.value}` };
  }
}

function queryOf(query: Call['query']): string {
  const given = Object.entries(query ?? {}).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

const CODES: Readonly<Record<number, ClientErrorCode>> = { 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found', 409: 'conflict', 429: 'limited' };

function codeOf(status: number): ClientErrorCode {
  return CODES[status] ?? (status >= 500 ? 'unavailable' : 'refused');
}

/** The words of a problem document, of an error object, or a plain text. */
function messageOf(text: string, status: number): string {
  try {
    const { detail, message, error_description } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    for (const words of [detail, message, error_description]) if (typeof words === 'string' && words !== '') return words;
  } catch {
    // A plain text.
  }
  return text === '' || text.length > 1_000 ? `HTTP ${status}` : text;
}

function failureOf(error: unknown, timedOut: boolean): unknown {
  if (error instanceof ClientError) return error;
  if (timedOut) return new ClientError('timeout', 'the region did not answer in time', { cause: error });
  if (error instanceof errors.UndiciError || error instanceof Error) return new ClientError('unavailable', 'the region cannot be reached', { cause: error });
  return error;
}
