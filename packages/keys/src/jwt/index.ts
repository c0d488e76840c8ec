export type { AccessClaims, ClaimReason, ClockSkew } from './claims.ts';
export type { JsonObject } from './json.ts';
export type { JwsReason } from './jws.ts';
export { MAX_TOKEN_LENGTH } from './limits.ts';
export { type Signer, type SignResult, signAccessToken } from './sign.ts';
export { checkSignature, type SignatureCheck } from './signature.ts';
export {
  createTokenVerifier,
  type KeyReason,
  type KeyStanding,
  standingOf,
  type TokenReason,
  type TokenRefused,
  type TokenResult,
  type TokenVerified,
  type TokenVerifier,
  type VerificationKey,
  type VerifierOptions,
  verificationKey,
} from './verify.ts';
export { VerifiedTokens } from './verified-tokens.ts';
