import type { AccessTokens, CatchUp } from '@mintmark/oauth';
import type { Decisions } from '../decisions.ts';
import type { OAuthCalls } from '../../peers/oauth.ts';
import type { OAuthAuthenticator } from './authenticate.ts';
import type { TokenLimits } from './limits.ts';

/** What answers about signed tokens stand on. */
export interface OAuthContext {
  readonly tokens: AccessTokens;
  /** Whether the keys, clients and denials in memory are those that count now. */
  readonly memory: Pick<Decisions, 'current' | 'currentAtOnce'>;
  readonly authenticator: OAuthAuthenticator;
  /** Absent in the authority. */
  readonly catchUp: CatchUp | undefined;
  /** The region's issuer. */
  readonly issuer: OAuthCalls;
  readonly limits: TokenLimits;
  /** Whether the dialect's token endpoint demands Basic beside the form (seed 2.1 number 5). */
  readonly requireBasic: boolean;
  /** How long the key set may be kept: milliseconds. */
  readonly jwksMaxAgeMs: number;
}
