import { type CallOptions, type Exchange, segment } from '../exchange.ts';

export interface Session {
  readonly ApprendaSessionToken: string;
  readonly href: string;
}

export interface Setting {
  readonly name: string;
  readonly value: unknown;
}

export type SessionAudience = 'soc' | 'developer' | 'account';

/** `session`: logging in and out, and the settings of the platform. */
export class SessionCalls {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** Begins a session of the Platform Operations API, or of another. */
  begin(user: { readonly username: string; readonly password: string; readonly tenantAlias?: string }, audience: SessionAudience = 'soc', options: CallOptions = {}): Promise<Session> {
    return this.#exchange.json({ method: 'POST', path: `/authentication/api/v1/sessions/${audience}`, body: user, ...options });
  }

  /** The token as it was told, or without its percent-encoding. */
  async end(token: string, audience: SessionAudience = 'soc', options: CallOptions = {}): Promise<void> {
    await this.#exchange.json({ method: 'DELETE', path: `/authentication/api/v1/sessions/${audience}/${segment(decodeURIComponent(token))}`, ...options });
  }

  /** Such as `Authentication.SessionTimeoutInSeconds`. */
  setting(name: string, options: CallOptions = {}): Promise<Setting> {
    return this.#exchange.json({ method: 'GET', path: `/soc/api/v1/registry/settings/${segment(name)}`, ...options });
  }

  /** Counts for sessions that begin after it. */
  writeSetting(name: string, value: unknown, options: CallOptions = {}): Promise<Setting> {
    return this.#exchange.json({ method: 'PUT', path: `/soc/api/v1/registry/settings/${segment(name)}`, body: { value }, ...options });
  }
}
