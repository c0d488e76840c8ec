import { parseSessionToken } from '@mintmark/domain';
import { bodyOf } from '@mintmark/kit/http';
import type { FastifyRequest } from 'fastify';

const MEMBER = 'apprendasessiontoken';
const BODY_METHODS = new Set(['POST', 'PUT']);

export type PresentedSession = { readonly token: string } | 'none' | 'contradictory';

/**
 * The session token that a request presents (seed: Apprenda 4.1 number 6): the header `ApprendaSessionToken`, or a member of that name in the JSON body of POST
 * and PUT, names in whatever case, raw or percent-encoded. Two that differ count for nothing.
 */
export function presentedSession(request: FastifyRequest): PresentedSession {
  const header = request.headers[MEMBER];
  const given = [typeof header === 'string' ? header : undefined, ...(BODY_METHODS.has(request.method) ? membersOf(bodyOf(request)) : [])].filter(
    (text): text is string => text !== undefined && text !== '',
  );
  const tokens = new Set(given.map((text) => parseSessionToken(text) ?? text));
  const [token] = tokens;
  if (token === undefined) return 'none';
  return tokens.size > 1 ? 'contradictory' : { token };
}

function membersOf(body: Buffer): string[] {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([name, member]) => (name.toLowerCase() === MEMBER ? [String(member)] : []));
  } catch {
    return [];
  }
}
