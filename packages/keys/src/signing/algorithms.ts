import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { SigningAlgorithm } from '@mintmark/domain';

/** A new private key: PKCS #8 (RFC 5208), DER. */
type Generator = (random: (count: number) => Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** Bytes of a private key of either curve. */
const SCALAR_BYTES = 32;
/** Order of the base point of P-256 (SEC 2, section 2.4.2). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** RFC 7518 section 3.3 demands 2,048 at least; 128 bits of strength take 3,072 (NIST SP 800-57 part 1 table 2). */
const RSA_BITS = 3_072;

/** How a private key of each algorithm is made. */
export const GENERATORS: Readonly<Record<SigningAlgorithm, Generator>> = {
  // RFC 8410 section 7.
  EdDSA: fromScalar('302e020100300506032b657004220420', () => true),
  // RFC 5915 within RFC 5208: id-ecPublicKey, prime256v1.
  ES256: fromScalar('3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420', belowOrder),
  RS256: rsaKey,
};

/** `pkcs8Head`: all that stands before the 32 bytes of the key. The public half is left out; the platform derives it. */
function fromScalar(pkcs8Head: string, isPrivate: (bytes: Uint8Array) => boolean): Generator {
  return (random) => {
    let bytes = random(SCALAR_BYTES);
    while (!isPrivate(bytes)) bytes = random(SCALAR_BYTES);
    return Buffer.concat([Buffer.from(pkcs8Head, 'hex'), bytes]);
  };
}

function belowOrder(bytes: Uint8Array): boolean {
  const scalar = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return scalar > 0n && scalar < P256_ORDER;
}

/** On the thread pool of the platform, which draws its own randomness: a search for primes takes up to seconds. */
async function rsaKey(): Promise<Uint8Array> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
  });
  return privateKey;
}
