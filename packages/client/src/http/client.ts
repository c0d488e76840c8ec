import { Exchange, type ExchangeOptions } from './exchange.ts';
import type {
  AccessToken,
  Claim,
  Credential,
  Decision,
  Permission,
  Policy,
  PolicyStub,
  RegionStatus,
  Role,
  RoleInput,
  Session,
  Token,
  TokenInput,
  TokenStub,
  Validation,
} from './types.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** How long the answer may take, in place of the client's own: milliseconds. */
  readonly timeoutMs?: number;
}

const UNKNOWN = [503] as const;

/**
 * One region over HTTP. Every method throws `ClientError`, or the reason of the caller's own signal; nothing is tried twice.
 * Dispose of it to close its connections.
 */
export class MintmarkClient implements AsyncDisposable {
  readonly acl: AclCalls;
  readonly #exchange: Exchange;

  constructor(options: ExchangeOptions) {
    this.#exchange = new Exchange(options);
    this.acl = new AclCalls(this.#exchange);
  }

  /** Is the credential good? Without one: the client's own. */
  validate(credential?: Credential, options: CallOptions = {}): Promise<Validation> {
    return this.#exchange.json({ method: 'POST', path: '/v1/validate', body: credential === undefined ? {} : { credential }, also: UNKNOWN, ...options });
  }

  /** May the bearer do it? Without a credential: may the client itself? */
  authorize(permission: Permission & { readonly credential?: Credential }, options: CallOptions = {}): Promise<Decision> {
    return this.#exchange.json({ method: 'POST', path: '/v1/authorize', body: permission, also: UNKNOWN, ...options });
  }

  /** Decides by a text that is not saved. */
  policyTest(test: Permission & { readonly text: string; readonly claims: readonly Claim[]; readonly name?: string; readonly saved?: boolean }, options: CallOptions = {}): Promise<Decision> {
    return this.#exchange.json({ method: 'POST', path: '/v1/policy-test', body: test, also: UNKNOWN, ...options });
  }

  regions(options: CallOptions = {}): Promise<readonly RegionStatus[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/regions', ...options });
  }

  /** An API client's token. `clientId` is `name@account`. */
  accessToken(client: { readonly clientId: string; readonly clientSecret: string }, options: CallOptions = {}): Promise<AccessToken> {
    const form = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret };
    return this.#exchange.json({ method: 'POST', path: '/controller/api/oauth/access_token', form, ...options });
  }

  /** Begins a session of the Platform Operations API, or of another. */
  login(user: { readonly username: string; readonly password: string; readonly tenantAlias?: string }, audience: 'soc' | 'developer' | 'account' = 'soc', options: CallOptions = {}): Promise<Session> {
    return this.#exchange.json({ method: 'POST', path: `/authentication/api/v1/sessions/${audience}`, body: user, ...options });
  }

  /** Ends a session. */
  async logout(token: string, audience: 'soc' | 'developer' | 'account' = 'soc', options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/authentication/api/v1/sessions/${audience}/${encodeURIComponent(decodeURIComponent(token))}`, ...options });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#exchange[Symbol.asyncDispose]();
  }
}

/** Tokens, policies and roles. */
export class AclCalls {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** The first management token of a cluster; once. */
  bootstrap(options: CallOptions = {}): Promise<Token> {
    return this.#exchange.json({ method: 'POST', path: '/v1/acl/bootstrap', ...options });
  }

  tokens(options: CallOptions & { readonly prefix?: string } = {}): Promise<readonly TokenStub[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/acl/tokens', query: { prefix: options.prefix }, ...options });
  }

  token(accessor: string, options: CallOptions = {}): Promise<Token> {
    return this.#exchange.json({ method: 'GET', path: `/v1/acl/token/${encodeURIComponent(accessor)}`, ...options });
  }

  self(options: CallOptions = {}): Promise<Token> {
    return this.#exchange.json({ method: 'GET', path: '/v1/acl/token/self', ...options });
  }

  createToken(token: TokenInput, options: CallOptions = {}): Promise<Token> {
    return this.#exchange.json({ method: 'POST', path: '/v1/acl/token', body: token, ...options });
  }

  updateToken(accessor: string, token: TokenInput, options: CallOptions = {}): Promise<Token> {
    return this.#exchange.json({ method: 'POST', path: `/v1/acl/token/${encodeURIComponent(accessor)}`, body: { AccessorID: accessor, ...token }, ...options });
  }

  async deleteToken(accessor: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/v1/acl/token/${encodeURIComponent(accessor)}`, ...options });
  }

  policies(options: CallOptions = {}): Promise<readonly PolicyStub[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/acl/policies', ...options });
  }

  policy(name: string, options: CallOptions = {}): Promise<Policy> {
    return this.#exchange.json({ method: 'GET', path: `/v1/acl/policy/${encodeURIComponent(name)}`, ...options });
  }

  async writePolicy(policy: { readonly Name: string; readonly Description?: string; readonly Rules: string }, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'POST', path: `/v1/acl/policy/${encodeURIComponent(policy.Name)}`, body: policy, ...options });
  }

  async deletePolicy(name: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/v1/acl/policy/${encodeURIComponent(name)}`, ...options });
  }

  roles(options: CallOptions = {}): Promise<readonly Role[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/acl/roles', ...options });
  }

  role(id: string, options: CallOptions = {}): Promise<Role> {
    return this.#exchange.json({ method: 'GET', path: `/v1/acl/role/${encodeURIComponent(id)}`, ...options });
  }

  createRole(role: RoleInput, options: CallOptions = {}): Promise<Role> {
    return this.#exchange.json({ method: 'POST', path: '/v1/acl/role', body: role, ...options });
  }

  async deleteRole(id: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/v1/acl/role/${encodeURIComponent(id)}`, ...options });
  }
}
