import { type LiveEntry, type Principal, Refusal } from '@mintmark/domain';
import { isForeign as isAuthoritysWord } from '../../core/resolver.ts';
import type { Authentication, Authenticator, Presented } from '../../core/types.ts';
import type { Exchange } from './exchange.ts';
import { permissionDenied, unreadable } from './response/refusals.ts';

/** Whoever presented a live token's secret. */
export interface Caller {
  readonly token: LiveEntry<'token'>;
  /** As it was presented. */
  readonly secret: string;
  readonly management: boolean;
  readonly principal: Principal;
}

/** The caller; `undefined` for none. Throws the refusals of 1.0.2; whose token has expired learns it at its own reads only (`tellExpiry`). */
export async function callerOf(authenticator: Authenticator, exchange: Exchange, tellExpiry: boolean): Promise<Caller | undefined> {
  return callerIn(await authenticator.authenticate(exchange.credential, presentedIn(exchange)), tellExpiry);
}

/** The caller, who must hold a management token. */
export async function administratorOf(authenticator: Authenticator, exchange: Exchange): Promise<Caller> {
  const caller = await callerOf(authenticator, exchange, false);
  if (caller?.management !== true) throw permissionDenied();
  return caller;
}

/**
 * Whether the region has not seen the caller's token itself yet: only the authority's word stands behind it, with the authority's indexes.
 */
export function isForeign({ token }: Pick<Caller, 'token'>): boolean {
  return isAuthoritysWord(token.record);
}

/** Where the cache has the answer none of it is looked at. */
function presentedIn(exchange: Exchange): Presented {
  return {
    get signal() {
      return exchange.signal;
    },
    get peer() {
      return exchange.source;
    },
  };
}

function callerIn(authentication: Authentication, tellExpiry: boolean): Caller | undefined {
  switch (authentication.outcome) {
    case 'authenticated': {
      const { token, secret, principal } = authentication;
      return { token, secret, management: principal.type === 'management', principal };
    }
    case 'anonymous':
      return undefined;
    case 'unavailable':
      throw unreadable();
    case 'expired':
      throw tellExpiry ? new Refusal('permission_denied', 'ACL token expired') : permissionDenied();
    case 'malformed':
    case 'unknown':
      throw permissionDenied();
  }
}
