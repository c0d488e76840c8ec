import { type CallOptions, Exchange, type ExchangeOptions } from './exchange.ts';
import { AclCalls } from './surfaces/acl.ts';
import { DocumentCalls } from './surfaces/documents.ts';
import { type AccessToken, ApiClientCalls, OAuthCalls, SigningKeyCalls } from './surfaces/oauth.ts';
import { OrganizationCalls, UserCalls } from './surfaces/people.ts';
import { PersonalTokenCalls } from './surfaces/personal.ts';
import { SessionCalls } from './surfaces/sessions.ts';
import { ClusterCalls, JobCalls, ServiceCalls } from './surfaces/workload.ts';
import type { Claim, Credential, Decision, Permission, RegionStatus, Validation } from './types.ts';

const UNKNOWN = [503] as const;

/**
 * One region over HTTP. Every method throws `ClientError`, or the reason of the caller's own signal; nothing is tried twice.
 * Dispose of it to close its connections.
 */
export class MintmarkClient implements AsyncDisposable {
  readonly acl: AclCalls;
  readonly organizations: OrganizationCalls;
  readonly users: UserCalls;
  readonly apiClients: ApiClientCalls;
  readonly oauth: OAuthCalls;
  readonly signingKeys: SigningKeyCalls;
  readonly personalTokens: PersonalTokenCalls;
  readonly sessions: SessionCalls;
  readonly documents: DocumentCalls;
  readonly jobs: JobCalls;
  readonly services: ServiceCalls;
  readonly cluster: ClusterCalls;
  readonly #exchange: Exchange;

  constructor(options: ExchangeOptions) {
    const exchange = new Exchange(options);
    this.#exchange = exchange;
    this.acl = new AclCalls(exchange);
    this.organizations = new OrganizationCalls(exchange);
    this.users = new UserCalls(exchange);
    this.apiClients = new ApiClientCalls(exchange);
    this.oauth = new OAuthCalls(exchange);
    this.signingKeys = new SigningKeyCalls(exchange);
    this.personalTokens = new PersonalTokenCalls(exchange);
    this.sessions = new SessionCalls(exchange);
    this.documents = new DocumentCalls(exchange);
    this.jobs = new JobCalls(exchange);
    this.services = new ServiceCalls(exchange);
    this.cluster = new ClusterCalls(exchange);
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

  /** Ends access tokens and sessions that somebody has found, at most 1,000; how many were ended. Needs no credential. */
  reportLeaked(tokens: readonly string[], options: CallOptions = {}): Promise<{ readonly revoked: number }> {
    return this.#exchange.json({ method: 'POST', path: '/v1/leaked', body: { tokens }, ...options });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#exchange[Symbol.asyncDispose]();
  }
}
