import type { AccessTokens } from '@mintmark/oauth';
import type { Decisions } from '../decisions.ts';
import type { OAuthAuthenticator } from './authenticate.ts';

/** What answers about signed tokens stand on. */
export interface OAuthContext {
  readonly tokens: AccessTokens;
  /** Whether the keys, clients and denials in memory are those that count now. */
  readonly memory: Pick<Decisions, 'current' | 'currentAtOnce'>;
  readonly authenticator: OAuthAuthenticator;
  /** How long the key set may be kept: milliseconds. */
  readonly jwksMaxAgeMs: number;
}
