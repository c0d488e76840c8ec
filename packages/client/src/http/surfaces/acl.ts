import { type CallOptions, type Exchange, segment } from '../exchange.ts';

export interface TokenStub {
  readonly AccessorID: string;
  readonly Name: string;
  readonly Type: 'client' | 'management';
  readonly Policies: readonly string[] | null;
  readonly Roles: readonly { readonly ID: string; readonly Name: string }[] | null;
  readonly Global: boolean;
  readonly CreateTime: string;
  readonly ExpirationTime: string | null;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export interface Token extends TokenStub {
  readonly SecretID: string;
  readonly ExpirationTTL: string;
}

export interface TokenInput {
  readonly Name?: string;
  readonly Type: 'client' | 'management';
  readonly Policies?: readonly string[] | null;
  readonly Roles?: readonly { readonly ID?: string; readonly Name?: string }[];
  readonly Global?: boolean;
  /** Go's duration syntax: `10h`. */
  readonly ExpirationTTL?: string;
}

export interface PolicyStub {
  readonly Name: string;
  readonly Description: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export interface Policy extends PolicyStub {
  readonly Rules: string;
}

export interface Role {
  readonly ID: string;
  readonly Name: string;
  readonly Description: string;
  readonly Policies: readonly { readonly Name: string }[];
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export interface RoleInput {
  readonly Name: string;
  readonly Description?: string;
  readonly Policies: readonly { readonly Name: string }[];
}

export interface PolicyVersionStub {
  readonly Version: number;
  readonly Author: string;
  readonly Time: string;
  readonly Description: string;
}

export interface PolicyVersion extends PolicyVersionStub {
  readonly Name: string;
  readonly Rules: string;
}

export interface OneTimeSecret {
  readonly OneTimeSecretID: string;
  readonly AccessorID: string;
  readonly ExpiresAt: string;
}

/** `acl`: tokens, policies and roles. */
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
    return this.#exchange.json({ method: 'GET', path: `/v1/acl/token/${segment(accessor)}`, ...options });
  }

  self(options: CallOptions = {}): Promise<Token> {
    return this.#exchange.json({ method: 'GET', path: '/v1/acl/token/self', ...options });
  }

  createToken(token: TokenInput, options: CallOptions = {}): Promise<Token> {
    return this.#exchange.json({ method: 'POST', path: '/v1/acl/token', body: token, ...options });
  }

  updateToken(accessor: string, token: TokenInput, options: CallOptions = {}): Promise<Token> {
    return this.#exchange.json({ method: 'POST', path: `/v1/acl/token/${segment(accessor)}`, body: { AccessorID: accessor, ...token }, ...options });
  }

  async deleteToken(accessor: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/v1/acl/token/${segment(accessor)}`, ...options });
  }

  /** A secret that stands for the caller's own token, once and for a short time. */
  async createOneTimeSecret(options: CallOptions = {}): Promise<OneTimeSecret> {
    const { OneTimeToken } = await this.#exchange.json<{ readonly OneTimeToken: OneTimeSecret }>({ method: 'POST', path: '/v1/acl/token/onetime', ...options });
    return OneTimeToken;
  }

  /** The token that a single-use secret stands for. */
  async exchangeOneTimeSecret(secret: string, options: CallOptions = {}): Promise<Token> {
    const { Token } = await this.#exchange.json<{ readonly Token: Token }>({ method: 'POST', path: '/v1/acl/token/onetime/exchange', body: { OneTimeSecretID: secret }, ...options });
    return Token;
  }

  policies(options: CallOptions = {}): Promise<readonly PolicyStub[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/acl/policies', ...options });
  }

  policy(name: string, options: CallOptions = {}): Promise<Policy> {
    return this.#exchange.json({ method: 'GET', path: `/v1/acl/policy/${segment(name)}`, ...options });
  }

  async writePolicy(policy: { readonly Name: string; readonly Description?: string; readonly Rules: string }, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'POST', path: `/v1/acl/policy/${segment(policy.Name)}`, body: policy, ...options });
  }

  async deletePolicy(name: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/v1/acl/policy/${segment(name)}`, ...options });
  }

  /** Those that the caller's token holds, by itself and by its roles. */
  ownPolicies(options: CallOptions = {}): Promise<readonly PolicyStub[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/acl/policy/self', ...options });
  }

  /** The kept texts, the newest first. */
  policyVersions(name: string, options: CallOptions = {}): Promise<readonly PolicyVersionStub[]> {
    return this.#exchange.json({ method: 'GET', path: `/v1/acl/policy/${segment(name)}/versions`, ...options });
  }

  policyVersion(name: string, version: number, options: CallOptions = {}): Promise<PolicyVersion> {
    return this.#exchange.json({ method: 'GET', path: `/v1/acl/policy/${segment(name)}/versions/${version}`, ...options });
  }

  /** Makes a kept text the present one. */
  async restorePolicy(name: string, version: number, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'POST', path: `/v1/acl/policy/${segment(name)}/restore`, body: { Version: version }, ...options });
  }

  roles(options: CallOptions = {}): Promise<readonly Role[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/acl/roles', ...options });
  }

  role(id: string, options: CallOptions = {}): Promise<Role> {
    return this.#exchange.json({ method: 'GET', path: `/v1/acl/role/${segment(id)}`, ...options });
  }

  createRole(role: RoleInput, options: CallOptions = {}): Promise<Role> {
    return this.#exchange.json({ method: 'POST', path: '/v1/acl/role', body: role, ...options });
  }

  roleNamed(name: string, options: CallOptions = {}): Promise<Role> {
    return this.#exchange.json({ method: 'GET', path: `/v1/acl/role/name/${segment(name)}`, ...options });
  }

  updateRole(id: string, role: RoleInput, options: CallOptions = {}): Promise<Role> {
    return this.#exchange.json({ method: 'POST', path: `/v1/acl/role/${segment(id)}`, body: { ID: id, ...role }, ...options });
  }

  async deleteRole(id: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/v1/acl/role/${segment(id)}`, ...options });
  }
}
