import type { issuer } from '@mintmark/contract';
import type { Freshness, Kind, LiveEntry, Principal, Revision, Scope } from '@mintmark/domain';
import type { Contact } from '@mintmark/view';

/** What a presented credential turned out to be. Refusals are values; only the edge turns them into status codes. */
export type Authentication =
  /** No credential was presented. */
  | { readonly outcome: 'anonymous' }
  | { readonly outcome: 'authenticated'; readonly principal: Principal; readonly token: LiveEntry<'token'>; readonly secret: string; readonly elsewhere?: Elsewhere }
  /** A known token whose time is over. */
  | { readonly outcome: 'expired' }
  /** Not of the dialect's shape. */
  | { readonly outcome: 'malformed' }
  /** Of the right shape, behind no live token. */
  | { readonly outcome: 'unknown' }
  /** The region cannot tell now: neither cache, view nor authority answers within the bound. */
  | { readonly outcome: 'unavailable'; /** It could, but its word from the authority is too old for one who is strict. */ readonly stale?: true };

/** What is known of a credential of any dialect. */
export type Judged = Exclude<Authentication, { readonly outcome: 'authenticated' }> | { readonly outcome: 'authenticated'; readonly principal: Principal; readonly elsewhere?: Elsewhere };

/** Only the authority has shown the record so far. A region never tells of the end of what it has not shown, so nobody may keep such a verdict (P2). */
export type Elsewhere = true;

/** The proof that came with a token that is bound to a key, and the request that it must be for (RFC 9449 section 7). */
export interface PresentedProof {
  readonly dpop: string;
  readonly method: string;
  /** Absolute, as the client addressed it. */
  readonly uri: string;
}

/** How a credential was presented, and who asks about it. */
export interface Presented {
  readonly signal: AbortSignal;
  /** The address of whoever asks, so that one's unknown secrets do not use up the others' questions to the authority. */
  readonly peer?: string;
  /** The address that the credential was presented from. Absent: the peer's. */
  readonly source?: string | undefined;
  readonly proof?: PresentedProof | undefined;
}

/** Judges the credentials of one dialect. */
export interface DialectAuthenticator {
  authenticate(value: string, presented: Presented): Promise<Judged>;
}

export interface Authenticator extends DialectAuthenticator {
  /** The answer where none of it needs to be asked for; `undefined` where it does. */
  fromCache(secret: string | undefined): Authentication | undefined;
  /**
   * Judges an `acl` secret: shape, cache, view, then the authority once (P6). `token.revision` is this region's index, or, for a token that
   * the region has not seen yet, the authority's; callers that show indexes wait for the view first.
   */
  authenticate(secret: string | undefined, presented: Presented): Promise<Authentication>;
}

/** How far this validator's cache and wake-ups cover the region. */
export interface FeedState {
  /** `undefined` until the view was reached for the first time. */
  readonly position: { readonly epoch: string; readonly incarnation: string; readonly revision: Revision } | undefined;
  /** Whether the feed is followed now and the view is ready. */
  readonly live: boolean;
  /** Milliseconds since the feed was last heard of. */
  readonly ageMs: number;
  /** Last word from the authority; absent in the authority itself. */
  readonly contact: Contact | undefined;
}

/** What a watcher waits for: every change of a kind, only of one id, or only of ids with a prefix or records of a scope. */
export interface Topic {
  readonly kind: Kind;
  readonly id?: string;
  readonly prefix?: string;
  readonly scope?: Scope;
}

/** The validator's end of the view's change feed: wake-ups for blocking queries and freshness. */
export interface Feed {
  state(): FeedState;
  /**
   * Calls `wake` at each change that the topic covers and at each reset, until disposed of. Register first, then read the
   * view: what happens in between then wakes (P4). `wake` must return at once. Wake-ups are spread over several turns of the event loop.
   */
  subscribe(topic: Topic, wake: () => void): Disposable;
  /**
   * Resolves once the region's view covers the freshness (of this region, or of the authority); rejects with a `Refusal` `stale` whose message
   * says how far the region is when the signal aborts first, and at once when the incarnation is not the one the region knows.
   */
  covers(freshness: Freshness, signal: AbortSignal): Promise<void>;
}

export interface IssuerCall {
  /** The caller's own secret, handed on as it was presented; absent for none. */
  readonly credential?: string;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

/** The region's issuer over gRPC. Every method throws `Refusal`. */
export interface IssuerCalls {
  bootstrapToken(request: issuer.BootstrapTokenRequest, call: IssuerCall): Promise<issuer.TokenWritten>;
  upsertToken(request: issuer.UpsertTokenRequest, call: IssuerCall): Promise<issuer.TokenWritten>;
  deleteToken(request: issuer.DeleteTokenRequest, call: IssuerCall): Promise<issuer.Written>;
  createOneTimeToken(request: issuer.CreateOneTimeTokenRequest, call: IssuerCall): Promise<issuer.OneTimeTokenWritten>;
  exchangeOneTimeToken(request: issuer.ExchangeOneTimeTokenRequest, call: IssuerCall): Promise<issuer.TokenWritten>;
  upsertPolicy(request: issuer.UpsertPolicyRequest, call: IssuerCall): Promise<issuer.PolicyWritten>;
  deletePolicy(request: issuer.DeletePolicyRequest, call: IssuerCall): Promise<issuer.Written>;
  restorePolicy(request: issuer.RestorePolicyRequest, call: IssuerCall): Promise<issuer.PolicyWritten>;
  upsertRole(request: issuer.UpsertRoleRequest, call: IssuerCall): Promise<issuer.RoleWritten>;
  deleteRole(request: issuer.DeleteRoleRequest, call: IssuerCall): Promise<issuer.Written>;
  promote(request: issuer.PromoteRequest, call: IssuerCall): Promise<issuer.PromoteResponse>;
  revealSecret(request: issuer.RevealSecretRequest, call: IssuerCall): Promise<issuer.RevealSecretResponse>;
}

/** Where the other regions' front doors are. */
export interface RegionDirectory {
  /** This region's own name. */
  readonly region: string;
  /** Base URL of another region's HTTP surface; `undefined` for a name that nobody configured. */
  httpUrl(region: string): string | undefined;
}
