import type { Principal, Scope } from '@mintmark/domain';

/** One request on its way through the issuer. */
export interface IssuerCall {
  /** The caller's own secret as presented; `undefined` for none. */
  readonly credential: string | undefined;
  readonly requestId: string;
  /** Aborts at the caller's deadline or when the caller is gone. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  /** The region that handed the call on; `undefined` for this region's own callers. */
  readonly forwardedFrom: string | undefined;
}

/** A caller who has the right that was asked for. */
export interface Administrator {
  /** Its token; of a signed one only who it stands for. */
  readonly token: { readonly record: { readonly id: string; readonly scope: Scope } };
  readonly principal: Principal;
  /** Who it is, for records that name their author: `token:<AccessorID>`. */
  readonly subject: string;
}
