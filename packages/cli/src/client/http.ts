import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { type Answer, messageOf, parsed } from './answer.ts';
import { RefusedError, UnreachableError, UsageError } from './failure.ts';
import type { ClientSettings, TlsSettings } from './settings.ts';

/** Calls of one region. `doing` says what is tried, for the error: `Error listing tokens`. */
export interface Api {
  /** The JSON of a success. */
  read<T>(doing: string, path: string): Promise<T>;
  /** The JSON of a success; `undefined` where it has no body. */
  write<T>(doing: string, path: string, body: unknown): Promise<T>;
  /** As `write`: puts the whole in place of what is there. */
  replace<T>(doing: string, path: string, body: unknown): Promise<T>;
  /** As `write`. */
  remove<T = undefined>(doing: string, path: string): Promise<T>;
  /** Any answer, for calls whose other statuses mean something. */
  ask(doing: string, ask: Ask): Promise<Answer>;
}

export interface Ask {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Goes as JSON. */
  readonly body?: unknown;
  /** Instead of `body`: goes as a form. */
  readonly form?: Readonly<Record<string, string>>;
}

/** A server that says nothing for so long is taken for gone. */
const SILENT_MS = 30_000;

/** Throws `RefusedError`, `UnreachableError`, and `UsageError` for a file that cannot be read. */
export function connect(settings: ClientSettings): Api {
  const ask: Api['ask'] = (doing, what) => exchange(settings, doing, what);
  const succeed = async (doing: string, what: Ask): Promise<string> => {
    const { status, text } = await ask(doing, what);
    if (status < 200 || status > 299) throw new RefusedError(doing, status, messageOf(text), settings.person === undefined ? 'token' : 'person');
    return text;
  };
  return {
    ask,
    read: async <T>(doing: string, path: string) => parsed<T>(doing, await succeed(doing, { method: 'GET', path })),
    write: async <T>(doing: string, path: string, body: unknown) => whole<T>(doing, await succeed(doing, { method: 'POST', path, body })),
    replace: async <T>(doing: string, path: string, body: unknown) => whole<T>(doing, await succeed(doing, { method: 'PUT', path, body })),
    remove: async <T>(doing: string, path: string) => whole<T>(doing, await succeed(doing, { method: 'DELETE', path })),
  };
}

function whole<T>(doing: string, text: string): T {
  return (text === '' ? undefined : parsed<T>(doing, text)) as T;
}

function exchange(settings: ClientSettings, doing: string, { method, path, body, form }: Ask): Promise<Answer> {
  const url = new URL(settings.address + path);
  if (settings.region !== undefined) url.searchParams.set('region', settings.region);
  const json = body === undefined ? undefined : { text: JSON.stringify(body), type: 'application/json' };
  const content = form === undefined ? json : { text: new URLSearchParams(form).toString(), type: 'application/x-www-form-urlencoded' };
  const options = {
    method,
    headers: headersOf(settings, content),
    agent: false,
    timeout: SILENT_MS,
    ...(url.protocol === 'https:' ? tlsOptions(settings.tls) : {}),
  } as const;
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(unreachable(doing, settings, error));
    const request = (url.protocol === 'https:' ? tlsRequest : plainRequest)(url, options, (response) => {
      textOf(response).then((answered) => resolve({ status: response.statusCode ?? 0, text: answered }), failed);
    });
    request.once('error', failed);
    request.once('timeout', () => request.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    request.end(content?.text);
  });
}

function headersOf({ token, bearer, person }: ClientSettings, content: { readonly text: string; readonly type: string } | undefined): Record<string, string> {
  return {
    accept: 'application/json',
    ...(token === undefined ? {} : { 'x-nomad-token': token.reveal() }),
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer.reveal()}` }),
    ...(person === undefined || person === 'signing in' ? {} : { [person.header]: person.value.reveal() }),
    ...(content === undefined ? {} : { 'content-type': content.type, 'content-length': String(Buffer.byteLength(content.text)) }),
  };
}

function tlsOptions({ ca, cert, key, serverName, skipVerify }: TlsSettings) {
  return {
    ...(ca === undefined ? {} : { ca: pem('-ca-cert', ca) }),
    ...(cert === undefined ? {} : { cert: pem('-client-cert', cert) }),
    ...(key === undefined ? {} : { key: pem('-client-key', key) }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    rejectUnauthorized: !skipVerify,
  };
}

function pem(flag: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`${flag}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  if (!response.complete) throw Object.assign(new Error('cut off'), { code: 'ECONNRESET' });
  return Buffer.concat(chunks).toString('utf8');
}

function unreachable(doing: string, { address }: ClientSettings, error: NodeJS.ErrnoException): UnreachableError {
  const code = error.code ?? (error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException | undefined)?.code : undefined) ?? 'unknown';
  return new UnreachableError(doing, `${address} cannot be reached (${PLAIN[code] ?? code})`, code);
}

/** What the codes of failed connections mean. */
const PLAIN: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name cannot be looked up now',
  ETIMEDOUT: 'no answer in time',
  ECONNRESET: 'the connection was cut off',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it wants a client certificate',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'it wants a client certificate',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is of an unknown authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is of an unknown authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};
