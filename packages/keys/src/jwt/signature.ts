import type { KeyObject } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import type { Jws } from './jws.ts';

/** Whether the key made the token's signature with this algorithm. Rejects only where that cannot be told. */
export type SignatureCheck = (token: string, algorithm: string, key: KeyObject) => Promise<boolean>;

/** Bytes of a signature, where the algorithm alone fixes them (RFC 7518 section 3.4, RFC 8037 section 3.1). */
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

/** `check`, spared where the signature has a length that its algorithm and key cannot give. */
export async function isSigned(jws: Jws, key: KeyObject, check: SignatureCheck): Promise<boolean> {
  if (jws.signatureBytes !== (SIGNATURE_BYTES[jws.algorithm] ?? modulusBytes(key))) return false;
  return check(jws.token, jws.algorithm, key);
}

/** An RSA signature is as long as the modulus (RFC 8017 sections 8.1.1 and 8.2.1). */
function modulusBytes(key: KeyObject): number | undefined {
  const bits = key.asymmetricKeyDetails?.modulusLength;
  return bits === undefined ? undefined : Math.ceil(bits / 8);
}
