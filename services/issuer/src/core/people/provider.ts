import type { Secret } from '@mintmark/kit/config';

/** How the OpenID provider knows this service, and what it is asked for. */
export interface ProviderSettings {
  /** Issuer identifier: its metadata stand below it (OpenID Connect Discovery 1.0 section 4). */
  readonly issuer: URL;
  readonly clientId: string;
  /** Absent: a public client. */
  readonly clientSecret?: Secret | undefined;
  readonly scopes: readonly string[];
  /** The claim that is the username here. Of `email` only a verified one counts. */
  readonly usernameClaim: string;
  /** Where the provider may send browsers back to: one for each host that they sign in at. */
  readonly redirectUrls: readonly URL[];
}

/** What ties the provider's answer to the browser that asked. */
export interface Challenge {
  readonly state: string;
  readonly nonce: string;
  /** RFC 7636 section 4.1. */
  readonly verifier: string;
  readonly redirectUrl: string;
}

/**
 * Why a provider's answer counts for nothing.
 *
 * - `away`: it did not answer in time, or not as providers do; nothing is known.
 * - `declined`: it says that the user did not sign in.
 * - `used_up`: it does not know the code, or not any more.
 * - `untrusted`: the answer is not for this sign-in, or not the provider's.
 * - `nameless`: it does not say the username, or does not vouch for it.
 */
export type ProviderProblem = 'away' | 'declined' | 'used_up' | 'untrusted' | 'nameless';

/** `detail` is a code of the protocol or of the library, for the log: never what a provider wrote in prose. */
export class ProviderError extends Error {
  readonly problem: ProviderProblem;
  readonly detail: string;

  constructor(problem: ProviderProblem, detail: string, cause?: unknown) {
    super(`the provider: ${problem} (${detail})`, { cause });
    this.name = 'ProviderError';
    this.problem = problem;
    this.detail = detail;
  }
}

/** The OpenID provider. Both methods are bounded in time and throw `ProviderError`. */
export interface Provider {
  /** Where to send the browser. */
  authorizationUrl(challenge: Challenge): Promise<string>;
  /** Exchanges the code in the query that the browser came back with, and returns the username that the provider vouches for. */
  usernameOf(query: string, challenge: Challenge): Promise<string>;
}
