import { Agent, request } from 'undici';

/** One answer, read whole. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly text: string;
  /** Milliseconds from the first byte sent to the last byte read. */
  readonly elapsed: number;
}

export interface Ask {
  /** Sent as `X-Nomad-Token`. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes go as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | number>>;
  /** Milliseconds until the call is given up; 20,000 when absent. */
  readonly within?: number;
}

/** Sends one request and reads its answer. Throws only when no answer came. */
export type Http = (method: string, path: string, ask?: Ask) => Promise<Reply>;

/** A client of one origin, with its own connections; `close` ends them. */
export function httpClient(origin: string): { readonly call: Http; close(): Promise<void> } {
  const dispatcher = new Agent({ connections: 512, keepAliveTimeout: 1_000, headersTimeout: 0, bodyTimeout: 0, pipelining: 1 });
  const call: Http = async (method, path, ask = {}) => {
    const started = performance.now();
    const response = await request(origin + path + queryOf(ask.query), {
      method,
      dispatcher,
      headers: headersOf(ask),
      body: ask.body === undefined ? null : bodyOf(ask.body),
      signal: AbortSignal.timeout(ask.within ?? 20_000),
    });
    const body = Buffer.from(await response.body.arrayBuffer());
    const elapsed = performance.now() - started;
    return { status: response.statusCode, headers: plain(response.headers), body, text: body.toString('utf8'), elapsed };
  };
  return { call, close: () => dispatcher.destroy() };
}

/** The answer as JSON; throws with the whole answer when it is none. */
export function json<T>(reply: Reply): T {
  try {
    return JSON.parse(reply.text) as T;
  } catch (cause) {
    throw new Error(`not JSON: ${reply.status} ${reply.text.slice(0, 300)}`, { cause });
  }
}

function queryOf(query: Ask['query']): string {
  if (query === undefined) return '';
  const pairs = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function headersOf(ask: Ask): Record<string, string> {
  const headers: Record<string, string> = { ...ask.headers };
  if (ask.token !== undefined) headers['x-nomad-token'] = ask.token;
  if (ask.body !== undefined && !Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')) {
    headers['content-type'] = 'application/json';
  }
  return headers;
}

function bodyOf(body: unknown): string | Buffer {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return body;
  return JSON.stringify(body);
}

function plain(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
}
