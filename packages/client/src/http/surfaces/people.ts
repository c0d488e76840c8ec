import { type CallOptions, type Exchange, segment } from '../exchange.ts';

/** Which records a list shows. */
export interface ListOptions extends CallOptions {
  /** The beginning of their ids. */
  readonly prefix?: string;
  /** A filter expression such as `alias == "acme"`. */
  readonly filter?: string;
  /** The newest first. */
  readonly reverse?: boolean;
}

export interface OrganizationInput {
  readonly name: string;
  /** By which accounts, organizations and tenants are called. */
  readonly alias: string;
  /** Id of the organization above; `null` for none. */
  readonly parent?: string | null;
  /** RFC 3339: access tokens of its API clients that were issued before are refused. It only moves on. */
  readonly notBefore?: string;
}

export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly alias: string;
  readonly parent: string | null;
  readonly notBefore: string | null;
  readonly createTime: string;
  readonly createIndex: number;
  readonly modifyIndex: number;
}

export interface Membership {
  /** Id. */
  readonly organization: string;
  readonly role: string;
}

export interface UserInput {
  readonly username: string;
  /** Absent: as it is stored. `null`: none, for those who sign in through a provider. */
  readonly password?: string | null;
  readonly organizations?: readonly Membership[];
  readonly platformOperator?: boolean;
  readonly disabled?: boolean;
}

export interface User {
  readonly id: string;
  readonly username: string;
  readonly hasPassword: boolean;
  readonly organizations: readonly Membership[];
  readonly platformOperator: boolean;
  readonly disabled: boolean;
  readonly createTime: string;
  readonly createIndex: number;
  readonly modifyIndex: number;
}

export interface UserSession {
  readonly id: string;
  readonly user: string;
  readonly audience: 'soc' | 'developer' | 'account';
  /** Id. */
  readonly organization: string | null;
  readonly createTime: string;
  readonly expirationTime: string;
}

/** `/v1/organizations`: accounts, organizations and tenants, three names of one thing. */
export class OrganizationCalls {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  list({ prefix, filter, reverse, ...options }: ListOptions = {}): Promise<readonly Organization[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/organizations', query: { prefix, filter, reverse }, ...options });
  }

  get(id: string, options: CallOptions = {}): Promise<Organization> {
    return this.#exchange.json({ method: 'GET', path: `/v1/organizations/${segment(id)}`, ...options });
  }

  create(organization: OrganizationInput, options: CallOptions = {}): Promise<Organization> {
    return this.#exchange.json({ method: 'POST', path: '/v1/organizations', body: organization, ...options });
  }

  replace(id: string, organization: OrganizationInput, options: CallOptions = {}): Promise<Organization> {
    return this.#exchange.json({ method: 'PUT', path: `/v1/organizations/${segment(id)}`, body: organization, ...options });
  }

  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/v1/organizations/${segment(id)}`, ...options });
  }
}

/** `/v1/users`, and the sessions of each. */
export class UserCalls {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  list({ prefix, filter, reverse, ...options }: ListOptions = {}): Promise<readonly User[]> {
    return this.#exchange.json({ method: 'GET', path: '/v1/users', query: { prefix, filter, reverse }, ...options });
  }

  get(id: string, options: CallOptions = {}): Promise<User> {
    return this.#exchange.json({ method: 'GET', path: `/v1/users/${segment(id)}`, ...options });
  }

  create(user: UserInput, options: CallOptions = {}): Promise<User> {
    return this.#exchange.json({ method: 'POST', path: '/v1/users', body: user, ...options });
  }

  /** Puts the whole in place of what is there; an absent password stays. */
  replace(id: string, user: UserInput, options: CallOptions = {}): Promise<User> {
    return this.#exchange.json({ method: 'PUT', path: `/v1/users/${segment(id)}`, body: user, ...options });
  }

  /** Ends what stands for the user too: sessions and access tokens. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/v1/users/${segment(id)}`, ...options });
  }

  /** Live sessions; `self` for the id is whoever asks by a session of its own. */
  sessions(id: string, options: CallOptions = {}): Promise<readonly UserSession[]> {
    return this.#exchange.json({ method: 'GET', path: `/v1/users/${segment(id)}/sessions`, ...options });
  }

  async endSessions(id: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/v1/users/${segment(id)}/sessions`, ...options });
  }

  async endSession(id: string, session: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/v1/users/${segment(id)}/sessions/${segment(session)}`, ...options });
  }
}
