import type { SigningAlgorithm } from '@mintmark/domain';

/** The public half: the required members of a JSON Web Key and no others (RFC 7517, RFC 7518 section 6, RFC 8037 section 2). */
export type PublicJwk =
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string };

/** What never changes about a signing key. Times are milliseconds since the epoch. */
export interface SigningKeyFacts {
  /** RFC 7638 SHA-256 thumbprint of the public half: 43 base64url characters. */
  readonly kid: string;
  /** The region whose issuers sign with it. */
  readonly region: string;
  /** 1 for the region's first key, one more for each that follows. `region` and `sequence` name the key's record. */
  readonly sequence: number;
  readonly algorithm: SigningAlgorithm;
  readonly publicJwk: PublicJwk;
  /** When it was first published. */
  readonly createdAt: number;
  /** No token it signs may expire later than this after its signature: what `goneAt` is reckoned from. */
  readonly maxTokenLifetimeMs: number;
}

/** Published, signs nothing yet. */
export type PlannedKey = SigningKeyFacts & { readonly state: 'planned' };
/** Signs. */
export type ActiveKey = SigningKeyFacts & { readonly state: 'active'; readonly activeFrom: number };
/** Signs no more, still verifies; `goneAt` is the instant from which nothing it signed can be alive. */
export type RetiringKey = SigningKeyFacts & {
  readonly state: 'retiring';
  readonly activeFrom: number;
  readonly retiredAt: number;
  readonly goneAt: number;
};
/** Verifies nothing and is not published. `withdrawn`: by an emergency, while its tokens were alive. */
export type GoneKey = SigningKeyFacts & { readonly state: 'gone'; readonly goneAt: number; readonly cause: 'expired' | 'withdrawn' };

/** A signing key without its private half. Each state holds its own times and no others. */
export type SigningKey = PlannedKey | ActiveKey | RetiringKey | GoneKey;
