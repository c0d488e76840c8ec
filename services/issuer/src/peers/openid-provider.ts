import type { Clock } from '@mintmark/kit/lifecycle';
import {
  allowInsecureRequests,
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientError,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  ResponseBodyError,
} from 'openid-client';
import { type Challenge, type Provider, ProviderError, type ProviderSettings } from '../core/people/provider.ts';

/** Of each request. A sign-in takes four at most: metadata, code, keys, user info; all of them fit into what a caller waits. */
const TIMEOUT_SECONDS = 3;
const METADATA_LIVE_MS = 3_600_000;

/** Errors of the library that say nothing of the answer: there was none, or none that providers give. */
const AWAY: ReadonlySet<string> = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON', 'OAUTH_PARSE_ERROR']);

type Claims = Readonly<Record<string, unknown>>;

/**
 * An OpenID provider over HTTP. Its metadata are read when first needed and kept for an hour, so that one that is away costs nothing but sign-ins. ID tokens are
 * checked by the library: issuer, audience, times, nonce, and the signature by the provider's published keys, although they come over TLS.
 */
export class OpenIdProvider implements Provider {
  readonly #settings: ProviderSettings;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #known: { readonly configuration: Configuration; readonly at: number } | undefined;
  #reading: Promise<Configuration> | undefined;

  constructor(settings: ProviderSettings, clock: Pick<Clock, 'monotonic'>) {
    this.#settings = settings;
    this.#clock = clock;
  }

  async authorizationUrl({ state, nonce, verifier, redirectUrl }: Challenge): Promise<string> {
    const configuration = await told(this.#configuration());
    const challenge = { code_challenge: await calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' };
    const asked = { response_type: 'code', redirect_uri: redirectUrl, scope: this.#settings.scopes.join(' '), state, nonce };
    return buildAuthorizationUrl(configuration, { ...asked, ...challenge }).href;
  }

  async usernameOf(query: string, { state, nonce, verifier, redirectUrl }: Challenge): Promise<string> {
    const configuration = await told(this.#configuration());
    const back = new URL(redirectUrl);
    back.search = query;
    const tokens = await told(authorizationCodeGrant(configuration, back, { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true }));
    const claims: Claims = tokens.claims() ?? {};
    const { usernameClaim } = this.#settings;
    if (claims[usernameClaim] !== undefined || configuration.serverMetadata().userinfo_endpoint === undefined) return usernameIn(claims, usernameClaim);
    return usernameIn(await told(fetchUserInfo(configuration, tokens.access_token, String(claims.sub))), usernameClaim);
  }

  /** Old metadata serve on while new ones cannot be read. */
  async #configuration(): Promise<Configuration> {
    const known = this.#known;
    if (known !== undefined && this.#clock.monotonic() - known.at < METADATA_LIVE_MS) return known.configuration;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return known === undefined ? this.#reading : this.#reading.catch(() => known.configuration);
  }

  async #read(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const plain = issuer.protocol === 'http:' ? [allowInsecureRequests] : [];
    const options = { timeout: TIMEOUT_SECONDS, execute: [enableNonRepudiationChecks, ...plain] };
    const configuration = await discovery(issuer, clientId, undefined, authentication(clientSecret?.reveal()), options);
    this.#known = { configuration, at: this.#clock.monotonic() };
    return configuration;
  }
}

/** By Basic, unless the provider takes the secret in the body only. */
function authentication(secret: string | undefined): ClientAuth {
  if (secret === undefined) return None();
  const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') || !methods.includes('client_secret_post') ? basic : post)(server, ...rest);
  };
}

function usernameIn(claims: Claims, claim: string): string {
  const username = claims[claim];
  if (typeof username !== 'string' || username === '') throw new ProviderError('nameless', `no claim ${claim}`);
  if (claim === 'email' && claims.email_verified !== true) throw new ProviderError('nameless', 'email_verified is not true');
  return username;
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw problemOf(error);
  }
}

function problemOf(error: unknown): ProviderError {
  if (error instanceof AuthorizationResponseError) return new ProviderError('declined', codeIn(error.error), error);
  if (error instanceof ResponseBodyError) return new ProviderError(error.error === 'invalid_grant' ? 'used_up' : 'away', codeIn(error.error), error);
  if (!(error instanceof ClientError)) return new ProviderError('away', 'no connection', error);
  const { code = 'unknown' } = error;
  return new ProviderError(AWAY.has(code) ? 'away' : 'untrusted', code, error);
}

/** RFC 6749 allows almost any text here; what is no plain code is not repeated. */
function codeIn(text: string): string {
  return /^[a-z_]{1,64}$/.test(text) ? text : 'another error';
}
