import type { SigningAlgorithm } from './key.ts';

interface AlgorithmRow {
  /** PKCS #8 (RFC 5208) up to the 32 bytes of the private key. The public half is left out; the platform derives it. */
  readonly pkcs8Head: Uint8Array;
  /** Whether 32 random bytes are a private key. */
  isPrivate(bytes: Uint8Array): boolean;
}

/** Order of the base point of P-256 (SEC 2, section 2.4.2). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function belowOrder(bytes: Uint8Array): boolean {
  const scalar = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return scalar > 0n && scalar < P256_ORDER;
}

export const ALGORITHMS: Readonly<Record<SigningAlgorithm, AlgorithmRow>> = {
  // RFC 8410 section 7.
  EdDSA: { pkcs8Head: Buffer.from('302e020100300506032b657004220420', 'hex'), isPrivate: () => true },
  // RFC 5915 within RFC 5208: id-ecPublicKey, prime256v1.
  ES256: { pkcs8Head: Buffer.from('3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420', 'hex'), isPrivate: belowOrder },
};

/** Bytes of a private key of either algorithm. */
export const PRIVATE_KEY_BYTES = 32;
