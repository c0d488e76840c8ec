/**
 * How a signing key signs: Ed25519 (RFC 8037), ECDSA with P-256 and SHA-256 (RFC 7518 section 3.4), or RSASSA-PKCS1-v1_5 with SHA-256 (section 3.3), which
 * every authorization and resource server has to know (RFC 9068 sections 2.1 and 4).
 */
export const SIGNING_ALGORITHMS = ['EdDSA', 'ES256', 'RS256'] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** The public half of a region's signing key. Record id: `<region>.<sequence>`. Times are milliseconds since the epoch. */
export interface SigningKeyBody {
  /** RFC 7638 SHA-256 thumbprint. */
  readonly kid: string;
  readonly region: string;
  readonly sequence: number;
  readonly algorithm: SigningAlgorithm;
  /** JSON Web Key, without private members (RFC 7517). */
  readonly publicJwk: string;
  readonly createdAt: number;
  readonly maxTokenLifetimeMs: number;
  readonly state: 'planned' | 'active' | 'retiring' | 'gone';
  /** 0 while planned. */
  readonly activeFrom: number;
  /** 0 before it retires. */
  readonly retiredAt: number;
  /** When nothing that it signed can be alive any more; 0 while that is not told. */
  readonly goneAt: number;
  /** Whether an emergency ended it while its tokens were alive. */
  readonly withdrawn: boolean;
}

/** The sealed private half of a signing key. Record id: the key's kid. Always local. */
export interface SigningSecretBody {
  readonly sealed: Uint8Array;
}

/** A client secret at rest: only its digest is stored. */
export interface ClientSecret {
  /** 64 hex digits. */
  readonly digest: string;
  /** RFC 3339, UTC. */
  readonly createTime: string;
}

/** An OAuth API client. Record id: a UUID. */
export interface ApiClientBody {
  /** Unique in its organization. */
  readonly name: string;
  /** Id of the organization. */
  readonly organization: string;
  readonly description: string;
  readonly defaultExpirationSeconds: number;
  /** Names of roles, looked up at each use. */
  readonly roles: readonly string[];
  /** At most two, the newest first. */
  readonly secrets: readonly ClientSecret[];
  readonly enabled: boolean;
  /** Tokens issued before this instant are refused: milliseconds since the epoch; 0 for none. */
  readonly notBefore: number;
  /** JSON Web Key Set of the client's own keys (RFC 7523); empty for none. */
  readonly jwks: string;
  /** Whether its tokens are bound to a key (RFC 9449). */
  readonly dpop: boolean;
  /** The temporary token that can be revoked; empty for none. */
  readonly temporaryJti: string;
  /** When that one expires: milliseconds since the epoch; 0 for none. */
  readonly temporaryExpiresAt: number;
  readonly createTime: string;
}

/** That a signed token is refused before its time. Record id: its jti. */
export interface DeniedBody {
  /** When the token would have expired: milliseconds since the epoch. The record ends then. */
  readonly expiresAt: number;
}
