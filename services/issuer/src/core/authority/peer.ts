import type { issuer } from '@mintmark/contract';
import type { PeoplePeer } from '../people/authority.ts';

/** What every call hands on to the authority. */
export interface ForwardedCall {
  readonly credential: string | undefined;
  readonly requestId: string;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

/** The authority's issuer as another region's issuer sees it. Every method throws `Refusal`. */
export interface AuthorityPeer extends PeoplePeer {
  bootstrapToken(request: issuer.BootstrapTokenRequest, call: ForwardedCall): Promise<issuer.TokenWritten>;
  upsertToken(request: issuer.UpsertTokenRequest, call: ForwardedCall): Promise<issuer.TokenWritten>;
  deleteToken(request: issuer.DeleteTokenRequest, call: ForwardedCall): Promise<issuer.Written>;
  upsertPolicy(request: issuer.UpsertPolicyRequest, call: ForwardedCall): Promise<issuer.PolicyWritten>;
  deletePolicy(request: issuer.DeletePolicyRequest, call: ForwardedCall): Promise<issuer.Written>;
  restorePolicy(request: issuer.RestorePolicyRequest, call: ForwardedCall): Promise<issuer.PolicyWritten>;
  upsertRole(request: issuer.UpsertRoleRequest, call: ForwardedCall): Promise<issuer.RoleWritten>;
  deleteRole(request: issuer.DeleteRoleRequest, call: ForwardedCall): Promise<issuer.Written>;
  resolveSecret(request: issuer.ResolveSecretRequest, call: ForwardedCall): Promise<issuer.ResolveSecretResponse>;
}

/** What issuers ask of each other about who decides. Every method throws `Refusal`. */
export interface StandingPeer {
  tellAuthority(request: issuer.Sealed, call: ForwardedCall): Promise<issuer.Sealed>;
  handOver(request: issuer.Sealed, call: ForwardedCall): Promise<issuer.Sealed>;
  carryOver(request: issuer.Sealed, call: ForwardedCall): Promise<issuer.Written>;
}
