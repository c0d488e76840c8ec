import { type CallOptions, type Exchange, segment } from '../exchange.ts';

const CLIENTS = '/controller/api/rbac/v1/api-clients';

/** What a client's token costs and lasts. */
export interface AccessToken {
  readonly access_token: string;
  /** Seconds. */
  readonly expires_in: number;
}

export interface GrantedToken extends AccessToken {
  readonly token_type: string;
  readonly scope?: string;
}

export interface ApiClientInput {
  readonly description?: string;
  /** Of tokens that it asks for: seconds. Default 300. */
  readonly defaultExpirationSeconds?: number;
  readonly roles?: readonly string[];
  readonly enabled?: boolean;
  /** Whether its tokens are bound to keys (RFC 9449). */
  readonly dpop?: boolean;
  /** RFC 3339: its tokens that were issued before are refused. It only moves on. */
  readonly notBefore?: string;
  /** Public keys that it signs assertions with (RFC 7523); `null` for none. */
  readonly jwks?: { readonly keys: readonly object[] } | null;
}

export interface ApiClient {
  readonly id: string;
  readonly name: string;
  /** Alias of the organization. */
  readonly account: string;
  readonly description: string;
  readonly defaultExpirationSeconds: number;
  readonly roles: readonly string[];
  readonly enabled: boolean;
  readonly dpop: boolean;
  readonly jwks: { readonly keys: readonly object[] } | null;
  readonly notBefore: string | null;
  readonly secrets: readonly { readonly createTime: string }[];
  readonly temporaryToken: { readonly expiresAt: string } | null;
  readonly createTime: string;
  readonly createIndex: number;
  readonly modifyIndex: number;
}

/** RFC 7662: nothing else is said of a token that is not active. */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly client_id: string;
      readonly token_type: string;
      readonly exp: number;
      readonly iat: number;
      readonly sub: string;
      readonly jti: string;
      readonly scope?: string;
    };

export interface SigningKey {
  readonly kid: string;
  readonly region: string;
  readonly sequence: number;
  readonly algorithm: string;
  readonly state: string;
  readonly createdAt: string | null;
  readonly activeFrom: string | null;
  readonly retiredAt: string | null;
  readonly goneAt: string | null;
  readonly withdrawn: boolean;
}

/** `oauth`: API clients as administrators keep them. */
export class ApiClientCalls {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  list({ account, ...options }: CallOptions & { readonly account?: string } = {}): Promise<readonly ApiClient[]> {
    return this.#exchange.json({ method: 'GET', path: CLIENTS, query: { account }, ...options });
  }

  get(id: string, options: CallOptions = {}): Promise<ApiClient> {
    return this.#exchange.json({ method: 'GET', path: `${CLIENTS}/${segment(id)}`, ...options });
  }

  /** `account` is an organization's alias. `clientSecret` is shown this once. */
  create(client: ApiClientInput & { readonly name: string; readonly account?: string }, options: CallOptions = {}): Promise<ApiClient & { readonly clientSecret: string }> {
    return this.#exchange.json({ method: 'POST', path: CLIENTS, body: client, ...options });
  }

  /** Changes what is given. */
  update(id: string, client: ApiClientInput & { readonly name?: string }, options: CallOptions = {}): Promise<ApiClient> {
    return this.#exchange.json({ method: 'PUT', path: `${CLIENTS}/${segment(id)}`, body: client, ...options });
  }

  /** Ends its tokens too. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `${CLIENTS}/${segment(id)}`, ...options });
  }

  /** A new secret, beside the last one unless that is revoked; it is shown this once. */
  createSecret(id: string, { revokeOthers, ...options }: CallOptions & { readonly revokeOthers?: boolean } = {}): Promise<ApiClient & { readonly clientSecret: string }> {
    return this.#exchange.json({ method: 'POST', path: `${CLIENTS}/${segment(id)}/secret`, body: { revokeOthers }, ...options });
  }

  deleteSecrets(id: string, options: CallOptions = {}): Promise<ApiClient> {
    return this.#exchange.json({ method: 'DELETE', path: `${CLIENTS}/${segment(id)}/secret`, ...options });
  }

  /** Seconds; default a day, at most 30 days. */
  createTemporaryToken(id: string, { expirationSeconds, ...options }: CallOptions & { readonly expirationSeconds?: number } = {}): Promise<AccessToken> {
    return this.#exchange.json({ method: 'POST', path: `${CLIENTS}/${segment(id)}/temporary-token`, body: { expirationSeconds }, ...options });
  }

  /** Another one; older ones count until they end. */
  regenerateTemporaryToken(id: string, { expirationSeconds, ...options }: CallOptions & { readonly expirationSeconds?: number } = {}): Promise<AccessToken> {
    return this.#exchange.json({ method: 'POST', path: `${CLIENTS}/${segment(id)}/temporary-token/regenerate`, body: { expirationSeconds }, ...options });
  }

  async revokeTemporaryToken(id: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'POST', path: `${CLIENTS}/${segment(id)}/temporary-token/revoke`, ...options });
  }
}

/** The standards' own paths. The caller is a client by basic authentication, with `client_id` as its username. */
export class OAuthCalls {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** A grant by its parameters, such as `grant_type` and `scope` (RFC 6749, RFC 8693). */
  token(parameters: Readonly<Record<string, string>>, options: CallOptions = {}): Promise<GrantedToken> {
    return this.#exchange.json({ method: 'POST', path: '/oauth2/token', form: parameters, ...options });
  }

  introspect(token: string, options: CallOptions = {}): Promise<Introspection> {
    return this.#exchange.json({ method: 'POST', path: '/oauth2/introspect', form: { token }, ...options });
  }

  async revoke(token: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'POST', path: '/oauth2/revoke', form: { token }, ...options });
  }

  /** Public keys of every region (RFC 7517). */
  keys(options: CallOptions = {}): Promise<{ readonly keys: readonly object[] }> {
    return this.#exchange.json({ method: 'GET', path: '/.well-known/jwks.json', ...options });
  }

  /** RFC 8414. */
  metadata(options: CallOptions = {}): Promise<Readonly<Record<string, unknown>>> {
    return this.#exchange.json({ method: 'GET', path: '/.well-known/oauth-authorization-server', ...options });
  }
}

/** Signing keys, for whoever runs regions. */
export class SigningKeyCalls {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  list(options: CallOptions = {}): Promise<readonly SigningKey[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/operator/keys', ...options });
  }

  /** The region that is called begins to sign with its next key. */
  rotate(options: CallOptions = {}): Promise<SigningKey> {
    return this.#exchange.json({ method: 'POST', path: '/v1/operator/keys/rotate', ...options });
  }

  /** Ends what the key has signed. */
  withdraw(kid: string, options: CallOptions = {}): Promise<SigningKey> {
    return this.#exchange.json({ method: 'POST', path: '/v1/operator/keys/withdraw', body: { kid }, ...options });
  }
}
