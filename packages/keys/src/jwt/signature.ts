import type { KeyObject } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import type { Jws } from './jws.ts';

/** Whether the key made the token's signature with this algorithm. Rejects only where that cannot be told. */
export type SignatureCheck = (token: string, algorithm: string, key: KeyObject) => Promise<boolean>;

/** Bytes of a signature, where the algorithm fixes them (RFC 7518 section 3.4, RFC 8037 section 3.1). */
const SIGNATURE_BYTES: Readonly<Record<string, number>> = { EdDSA: 64, Ed25519: 64, ES256: 64, ES384: 96 };

/** On the thread pool of the platform. */
export const checkSignature: SignatureCheck = async (token, algorithm, key) => {
  try {
    await compactVerify(token, key, { algorithms: [algorithm] });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
};

/** `check`, spared where the signature has a length that its algorithm cannot give. */
export async function isSigned(jws: Jws, key: KeyObject, check: SignatureCheck): Promise<boolean> {
  const expected = SIGNATURE_BYTES[jws.algorithm];
  if (expected !== undefined && jws.signatureBytes !== expected) return false;
  return check(jws.token, jws.algorithm, key);
}
