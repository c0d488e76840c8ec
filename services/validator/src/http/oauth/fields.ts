import type { oauth } from '@mintmark/contract';
import { bodyOf } from '@mintmark/kit/http';
import type { FastifyRequest } from 'fastify';
import { ProtocolFailure } from './protocol.ts';

/** The parameters of a request, none of which comes twice (RFC 6749 section 3.2), those excepted that may. */
export interface Fields {
  get(name: string): string | undefined;
  all(name: string): readonly string[];
}

/** Parameters that a token exchange may repeat (RFC 8693 section 2.1). */
const REPEATABLE = new Set(['audience', 'resource']);

/** A form, whatever its header says (seed 2.1 number 2). Throws the failure `invalid_request`; also for parameters in the URI, where they would be logged. */
export function formOf(request: FastifyRequest): Fields {
  if (request.raw.url?.includes('?') === true) throw new ProtocolFailure('invalid_request', 'parameters belong into the body, not into the URI');
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(textOf(request))) {
    const present = values.get(name) ?? [];
    if (present.length > 0 && !REPEATABLE.has(name)) throw new ProtocolFailure('invalid_request', `${JSON.stringify(name.slice(0, 64))} comes twice`);
    values.set(name, [...present, value]);
  }
  return fieldsIn(values);
}

/** A form, or the members of a JSON object where the header says JSON. */
export function formOrJsonOf(request: FastifyRequest): Fields {
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(request.headers['content-type'] ?? '') || !/^\s*\{/.test(textOf(request))) return formOf(request);
  let parsed: unknown;
  try {
    parsed = JSON.parse(textOf(request));
  } catch {
    throw new ProtocolFailure('invalid_request', 'the body must be a JSON object, or a form');
  }
  const members = Object.entries(parsed as object).filter((member): member is [string, string] => typeof member[1] === 'string');
  return fieldsIn(new Map(members.map(([name, value]) => [name, [value]])));
}

function fieldsIn(values: ReadonlyMap<string, readonly string[]>): Fields {
  // A parameter without a value is as good as absent (RFC 6749 section 3.2).
  return { get: (name) => values.get(name)?.[0] || undefined, all: (name) => values.get(name)?.filter((value) => value !== '') ?? [] };
}

function textOf(request: FastifyRequest): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bodyOf(request));
  } catch {
    throw new ProtocolFailure('invalid_request', 'the body must be UTF-8');
  }
}

export interface Basic {
  readonly user: string;
  readonly password: string;
}

/** `Authorization: Basic` as it was sent (RFC 7617); `undefined` for none. Throws the failure `invalid_client` for a malformed one. */
export function basicOf(request: FastifyRequest): Basic | undefined {
  const header = request.headers.authorization;
  if (header === undefined || !/^basic\b/i.test(header)) return undefined;
  const text = Buffer.from(header.slice(5).trim(), 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw new ProtocolFailure('invalid_client', 'Authorization: Basic must hold user:password');
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What a client authenticates with, by one method only (RFC 6749 section 2.3, RFC 7523 section 2.2). Throws `invalid_client` where it does not. */
export function clientAuthentication(request: FastifyRequest, fields: Fields): oauth.ClientAuthentication {
  const basic = basicOf(request);
  const [secret, assertion] = [fields.get('client_secret'), fields.get('client_assertion')];
  if ([basic, secret, assertion].filter((given) => given !== undefined).length > 1) {
    throw new ProtocolFailure('invalid_request', 'a client authenticates by one method: Authorization, client_secret or client_assertion');
  }
  const clientId = fields.get('client_id') ?? '';
  if (basic !== undefined) return basicAuthentication(basic, clientId);
  if (assertion !== undefined) {
    if (fields.get('client_assertion_type') !== ASSERTION_TYPE) throw new ProtocolFailure('invalid_request', `client_assertion_type must be ${ASSERTION_TYPE}`);
    return { clientId, clientSecret: '', clientAssertion: assertion };
  }
  if (clientId === '' || secret === undefined) throw new ProtocolFailure('invalid_client', 'the client must authenticate');
  return { clientId, clientSecret: secret, clientAssertion: '' };
}

function basicAuthentication(basic: Basic, clientId: string): oauth.ClientAuthentication {
  const user = decoded(basic.user);
  if (clientId !== '' && clientId !== user) throw new ProtocolFailure('invalid_request', 'client_id is another one than in Authorization');
  return { clientId: user, clientSecret: decoded(basic.password), clientAssertion: '' };
}

/** Both halves are form-encoded (RFC 6749 section 2.3.1). What is not decodes to itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
