import { type people, personCredential } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { FastifyRequest } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import type { IssuerCall } from '../../core/types.ts';
import type { Exchange } from '../people/serve.ts';
import { presentedSession } from '../session/credential.ts';

const SIGN_IN = 'sign in: send a session token as ApprendaSessionToken, or name and password as Authorization: Basic';

/**
 * The call on behalf of the person who manages tokens: by a login session, or by name and password. Throws the refusals `unauthenticated`, and
 * `permission_denied` for a personal token, which makes no other.
 */
export function personalCall({ request, signal }: Exchange): IssuerCall {
  return { credential: credentialOf(request), requestId: request.id, signal };
}

/** The id of that person, and of the organization that it acts in alone. */
export function personIn(ctx: ValidatorContext, exchange: Exchange): Promise<people.IdentifyPersonResponse> {
  return ctx.people.identifyPerson({ source: exchange.request.ip }, personalCall(exchange));
}

function credentialOf(request: FastifyRequest): string {
  const [scheme = '', value = ''] = request.headers.authorization?.trim().split(/ +/) ?? [];
  const presented = presentedSession(request);
  if (presented === 'contradictory' || (presented !== 'none' && scheme !== '')) throw new Refusal('unauthenticated', 'send one credential, not several');
  if (presented !== 'none') return personCredential({ kind: 'session', token: presented.token });
  switch (scheme.toLowerCase()) {
    case 'basic':
      return basicCredential(value);
    case 'token':
      throw new Refusal('permission_denied', 'access tokens do not manage access tokens: sign in');
    default:
      throw new Refusal('unauthenticated', SIGN_IN);
  }
}

/** RFC 7617, UTF-8. */
function basicCredential(value: string): string {
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 0) throw new Refusal('unauthenticated', SIGN_IN);
  return personCredential({ kind: 'basic', username: pair.slice(0, colon), password: pair.slice(colon + 1) });
}
