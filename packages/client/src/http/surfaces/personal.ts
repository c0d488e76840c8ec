import { type CallOptions, type Exchange, segment } from '../exchange.ts';

export interface PersonalTokenInput {
  readonly name: string;
  /** `Never`, a date (its end, UTC), or an RFC 3339 time. */
  readonly expiry: string;
  /** All organizations of the user, at every moment. */
  readonly dynamicAccess?: boolean;
  /** Ids. */
  readonly organizations?: readonly string[];
  /** At most the user's own: `View Only`, `Standard`, `Advanced`, `Organization Admin`. */
  readonly role: string;
  /** Ends when it is not used for so long; 0: never. */
  readonly idleExpirySeconds?: number;
  /** CIDR blocks that it counts from; none: from everywhere. */
  readonly networks?: readonly string[];
}

export interface PersonalToken {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly expiry: string;
  readonly dynamicAccess: boolean;
  readonly organizations: readonly string[];
  readonly role: string;
  /** Username. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
  readonly revokedReason: string | null;
  readonly expiresSoon: boolean;
  readonly idleExpirySeconds: number;
  readonly networks: readonly string[];
  readonly lastUsed: { readonly at: string; readonly region: string } | null;
}

/** `personal`: access tokens of the user who asks, by basic authentication or a session. */
export class PersonalTokenCalls {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** The caller's own, and those of organizations that it administrates. */
  list(options: CallOptions = {}): Promise<readonly PersonalToken[]> {
    return this.#exchange.json({ method: 'GET', path: '/api/v3/accessToken', ...options });
  }

  get(id: string, options: CallOptions = {}): Promise<PersonalToken> {
    return this.#exchange.json({ method: 'GET', path: `/api/v3/accessToken/${segment(id)}`, ...options });
  }

  /** `token` is shown this once. */
  create(token: PersonalTokenInput, options: CallOptions = {}): Promise<PersonalToken & { readonly token: string }> {
    return this.#exchange.json({ method: 'POST', path: '/api/v3/accessToken', body: token, ...options });
  }

  revoke(id: string, options: CallOptions = {}): Promise<PersonalToken> {
    return this.#exchange.json({ method: 'POST', path: `/api/v3/accessToken/${segment(id)}/revoke`, ...options });
  }
}
