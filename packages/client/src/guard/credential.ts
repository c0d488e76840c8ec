import type { IncomingHttpHeaders } from 'node:http';
import { type Dialect, isUuid } from '@mintmark/domain';
import type { Credential } from '../http/types.ts';

/** The part of a request that may hold a credential. */
export interface Incoming {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed, where it is JSON. */
  readonly body?: unknown;
  /** The client's IP address: what networks of personal tokens are judged by. */
  readonly source?: string | undefined;
  /** Absolute, as the client addressed it: what proofs of bound tokens are made for. */
  readonly uri: string;
}

const SESSION_MEMBER = 'apprendasessiontoken';
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/**
 * What a request presents, in the first of the dialects that it presents something of; `conflict` where header and body name different sessions;
 * `undefined` for nothing. A credential in a query string is none.
 */
export function credentialOf(request: Incoming, dialects: readonly Dialect[]): Credential | 'conflict' | undefined {
  for (const dialect of dialects) {
    const value = FORMS[dialect](request);
    if (value === 'conflict') return value;
    if (value !== undefined) return { dialect, ...value };
  }
  return undefined;
}

type Form = (request: Incoming) => Omit<Credential, 'dialect'> | 'conflict' | undefined;

const FORMS: Readonly<Record<Dialect, Form>> = {
  acl({ headers }) {
    const header = headers['x-nomad-token'];
    if (typeof header === 'string' && header !== '') return { value: header };
    const bearer = schemeOf(headers, 'bearer');
    return bearer !== undefined && isUuid(bearer) ? { value: bearer } : undefined;
  },
  oauth: (request) => signedOf(request.headers, false) ?? boundOf(request),
  workload: ({ headers }) => signedOf(headers, true),
  personal({ headers, source }) {
    const value = schemeOf(headers, 'token');
    return value === undefined ? undefined : { value, ...(source === undefined ? {} : { source }) };
  },
  session(request) {
    const header = request.headers[SESSION_MEMBER];
    const inHeader = typeof header === 'string' && header !== '' ? header : undefined;
    const inBody = request.method === 'POST' || request.method === 'PUT' ? memberOf(request.body) : undefined;
    if (inHeader !== undefined && inBody !== undefined && plain(inHeader) !== plain(inBody)) return 'conflict';
    const value = inHeader ?? inBody;
    return value === undefined ? undefined : { value };
  },
};

/** A body without the member that carries a session's token: that is no data. */
export function withoutCredential(body: unknown): unknown {
  if (memberOf(body) === undefined) return body;
  return Object.fromEntries(Object.entries(body as object).filter(([name]) => name.toLowerCase() !== SESSION_MEMBER));
}

/** `Authorization: <scheme> <value>`; the space before the scheme is optional, the scheme's case does not matter. */
function schemeOf({ authorization }: IncomingHttpHeaders, scheme: string): string | undefined {
  const match = /^\s*([A-Za-z]+)\s+(\S+)\s*$/.exec(authorization ?? '');
  return match?.[1]?.toLowerCase() === scheme ? match[2] : undefined;
}

/** Tokens of workloads and of API clients are told apart by what they say of themselves; the region judges whether it is true. */
function signedOf(headers: IncomingHttpHeaders, workload: boolean): { readonly value: string } | undefined {
  const value = schemeOf(headers, 'bearer');
  if (value === undefined || isUuid(value)) return undefined;
  return JWT.test(value) && isOfClient(value) === workload ? undefined : { value };
}

/** `Authorization: DPoP <token>` with its proof (RFC 9449 section 7.1). Without one, or with several, it is a credential that no proof goes with. */
function boundOf({ method, uri, headers }: Incoming): Omit<Credential, 'dialect'> | undefined {
  const value = schemeOf(headers, 'dpop');
  const { dpop } = headers;
  return value === undefined ? undefined : { value, proof: { dpop: typeof dpop === 'string' ? dpop : '', method, uri } };
}

function isOfClient(token: string): boolean {
  try {
    const { type } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { readonly type?: unknown };
    return type === 'API_CLIENT';
  } catch {
    return false;
  }
}

function memberOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const found = Object.entries(body).find(([name]) => name.toLowerCase() === SESSION_MEMBER);
  return typeof found?.[1] === 'string' ? found[1] : undefined;
}

/** Without the percent-encoding of its padding. */
function plain(token: string): string {
  return token.trim().replace(/%3d/gi, '=');
}
