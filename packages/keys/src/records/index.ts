export { RECORD_ROLES, type RecordKey, recordKey, recordPublicKey, type RecordRole, TRUSTED_KEY_TEXT, type TrustedKey, trustedKey, trustedKeyOf, trustedKeyText } from './key.ts';
export { GoodSignatures } from './good-signatures.ts';
export { contentDigest, createRecordSigner, type RecordSigner } from './signer.ts';
export { createRecordVerifier, type RecordVerifier, type RecordVerifierOptions } from './verifier.ts';
