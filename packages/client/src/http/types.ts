import type { Dialect, Principal, Verdict } from '@mintmark/domain';

/** What somebody presented, and as what. */
export interface Credential {
  readonly dialect: Dialect;
  readonly value: string;
  /** With an `oauth` token that is bound to a key (RFC 9449): counts once, so such a verdict is always the region's, and asking twice needs two proofs. */
  readonly proof?: PresentedProof;
  /** With a `personal` token: the IP address that it was presented from, by which its networks are judged. Absent: this process's own, as the region sees it. */
  readonly source?: string;
}

/** A DPoP proof, and the request that it must be for. */
export interface PresentedProof {
  readonly dpop: string;
  readonly method: string;
  /** Absolute, as the client addressed it. */
  readonly uri: string;
}

/** A claim, and where it stands. Without a document: a management token. */
export interface Explanation {
  readonly document?: string;
  readonly line?: number;
  readonly claim?: string;
}

/** A verdict, and the region's freshness that it was given at. */
export type Validation = Verdict & { readonly freshness: string };

export type Decision =
  | { readonly verdict: 'allow'; readonly explanation: Explanation; readonly principal?: Principal; readonly freshness: string }
  | {
      readonly verdict: 'deny';
      /** `missing_claim`: known, but not permitted. `stale`: the region is strict, and has not heard from the authority in time. Else why the credential is not good. */
      readonly reason: 'missing_claim' | 'malformed' | 'unknown' | 'expired' | 'stale';
      /** Why not, in words. */
      readonly message?: string;
      /** The claims that would have allowed it: `permit read on job::/x::y`. */
      readonly missing?: readonly string[];
      readonly principal?: Principal;
      readonly freshness: string;
    }
  | { readonly verdict: 'unknown'; readonly reason: 'unavailable' | 'stale'; readonly freshness: string };

export interface Permission {
  readonly verb: string;
  /** Fully qualified: `type::/namespace::local`. */
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

export interface Claim {
  readonly issuer: string;
  readonly type: string;
  readonly value: string;
}

export interface RegionStatus {
  readonly region: string;
  readonly role: 'authority' | 'replica';
  readonly http: string;
  readonly reachable: boolean;
}
