export { type GeneratedKey, generateSigningKey, type KeyRequest, openPrivateHalf, sealPrivateHalf } from './generate.ts';
export { type JwkSet, jwks, type PublishedJwk } from './jwks.ts';
export type { ActiveKey, GoneKey, PlannedKey, PublicJwk, RetiringKey, SigningKey, SigningKeyFacts } from './key.ts';
export { type KeyStep, nextKeyStep, type RotationRefusal, rotateKeys, signerOf, withdrawKey } from './lifecycle.ts';
export { checkRotationPolicy, MAX_GONE, MAX_RETIRING, type RotationPolicy } from './policy.ts';
export { signingKeyBody, signingKeyId, signingKeyOf } from './record.ts';
