export type SignInWay = 'password' | 'provider';

/** What the issuer tells operators: one call per business event, feeding log and metrics. None throws, none is given a secret. */
export interface IssuerEvents {
  /** A store holds what no issuer has said; told at each time it is read (P10). */
  recordRefused(event: { readonly store: 'log' | 'view'; readonly kind: string; readonly id: string; readonly problem: string }): void;
  tokenWritten(event: { readonly requestId: string; readonly accessorId: string; readonly by: string; readonly index: number; readonly change: 'created' | 'updated' | 'deleted' | 'uploaded' | 'expired' }): void;
  /** A policy or a role. */
  grantWritten(event: { readonly requestId: string; readonly kind: 'policy' | 'role'; readonly id: string; readonly by: string; readonly index: number; readonly change: 'created' | 'updated' | 'deleted' }): void;
  /** An organization, a user, or something of a user's. */
  personWritten(event: { readonly requestId: string; readonly kind: 'organization' | 'user' | 'session' | 'personal_token' | 'setting'; readonly id: string; readonly by: string; readonly index: number; readonly change: 'created' | 'updated' | 'deleted' | 'revoked' | 'sessions_ended' }): void;
  /** Once for each; told again of none, whatever restarts. */
  expiresSoon(event: { readonly kind: 'personal_token'; readonly id: string; readonly name: string; readonly user: string; readonly expirationTime: string; readonly index: number }): void;
  signedIn(event: { readonly requestId: string; readonly user: string; readonly audience: string; readonly source: string; readonly by: SignInWay }): void;
  /** Who it was meant to be is not told: a password may have been typed in its place. */
  signInFailed(event: { readonly requestId: string; readonly source: string; readonly by: SignInWay; readonly why?: string }): void;
  /** A job, a service or a binding. */
  workloadWritten(event: { readonly requestId: string; readonly kind: 'job' | 'service' | 'binding'; readonly id: string; readonly by: string; readonly index: number; readonly change: 'created' | 'updated' | 'deleted' }): void;
  /** A token of the workload dialect: issued, or refused by policy. */
  workloadToken(event: { readonly requestId: string; readonly subject: string; readonly outcome: 'issued' | 'refused' }): void;
  /** This region knows of a change of the authority; `active` from when the new one decides. */
  authority(event: { readonly epoch: number; readonly authority: string; readonly active: boolean }): void;
  /** Somebody made this region the authority. */
  promoting(event: { readonly requestId: string; readonly by: string; readonly epoch: number; readonly force: boolean }): void;
  /** What was set aside in a region, and takes something away, counts here from now on. */
  carriedOver(event: { readonly kind: string; readonly id: string; readonly index: number }): void;
  /** The wall clock went ahead by itself: what is over by it is deleted by the next sweep only. */
  clockLeapt(event: { readonly aheadMs: number }): void;
  /** Another region's clock and this one's are more than half a minute apart, or are so no more. */
  clocksApart(event: { readonly region: string; readonly aheadMs: number }): void;
  bootstrapped(event: { readonly requestId: string; readonly accessorId: string; readonly index: number; readonly reset: boolean }): void;
  secretRevealed(event: { readonly requestId: string; readonly accessorId: string; readonly by: string }): void;
  oneTimeToken(event: { readonly requestId: string; readonly accessorId: string; readonly change: 'created' | 'exchanged' }): void;
  clientWritten(event: {
    readonly requestId: string;
    readonly id: string;
    readonly by: string;
    readonly index: number;
    readonly change: 'created' | 'updated' | 'deleted' | 'secret' | 'secret_ended' | 'temporary_token' | 'temporary_token_revoked';
  }): void;
  /** A client got a signed token. Counted, not logged: there are many. */
  tokenGranted(event: { readonly grant: string }): void;
  /** `error` is one of RFC 6749 section 5.2 and its extensions. */
  grantRefused(event: { readonly requestId: string; readonly error: string }): void;
  clientTokenRevoked(event: { readonly requestId: string; readonly id: string; readonly jti: string }): void;
  /** A step in the life of a signing key. */
  keyStep(event: { readonly step: 'create' | 'activate' | 'retire' | 'drop' | 'forget' | 'withdraw'; readonly kid: string; readonly sequence: number }): void;
  /** A step that is due cannot be done now. */
  keyTrouble(event: { readonly step: string; readonly problem: string }): void;
  refused(event: { readonly requestId: string; readonly method: string; readonly code: string }): void;
  failed(event: { readonly requestId: string; readonly method: string; readonly error: unknown }): void;
}
