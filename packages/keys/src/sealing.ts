import { createCipheriv, createDecipheriv, createHash, type KeyObject, createSecretKey } from 'node:crypto';

const VERSION = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;

/** Thrown when a sealed value cannot be opened: another key, another context, or altered bytes. */
export class CannotOpen extends Error {
  constructor(problem: string) {
    super(`cannot open sealed value: ${problem}`);
    this.name = 'CannotOpen';
  }
}

/** Seals secrets that a dialect must show again. */
export interface Sealer {
  /** `context` names what the secret belongs to; the same text is needed to open it, so a sealed value cannot be moved. */
  seal(text: string, context: string): Uint8Array;
  /** Throws `CannotOpen`. */
  open(sealed: Uint8Array, context: string): string;
}

/**
 * AES-256-GCM under the first of `keys` (32 bytes each); the others only open. Layout: version 1, key id (first 4 bytes of the key's
 * SHA-256), nonce 12, ciphertext, tag 16. `random` gives the nonces and must be cryptographically secure.
 */
export function createSealer(keys: readonly [Uint8Array, ...Uint8Array[]], random: (count: number) => Uint8Array): Sealer {
  const ring = new Map(keys.map((bytes) => [keyId(bytes), toKey(bytes)]));
  const currentId = keyId(keys[0]);
  const current = toKey(keys[0]);
  return {
    seal(text, context) {
      const nonce = random(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(context, 'utf8'));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.from([VERSION]), Buffer.from(currentId, 'hex'), nonce, sealed, cipher.getAuthTag()]);
    },
    open(bytes, context) {
      const sealed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (sealed.length < HEADER_BYTES + TAG_BYTES || sealed[0] !== VERSION) throw new CannotOpen('unknown layout');
      const key = ring.get(sealed.subarray(1, 1 + KEY_ID_BYTES).toString('hex'));
      if (key === undefined) throw new CannotOpen('sealed under a key that is not configured');
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1 + KEY_ID_BYTES, HEADER_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context, 'utf8'));
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES, sealed.length - TAG_BYTES)), decipher.final()]).toString('utf8');
      } catch {
        throw new CannotOpen('altered, or sealed for something else');
      }
    },
  };
}

function toKey(bytes: Uint8Array): KeyObject {
  if (bytes.length !== 32) throw new RangeError(`a sealing key has 32 bytes, not ${bytes.length}`);
  return createSecretKey(bytes);
}

function keyId(bytes: Uint8Array): string {
  return createHash('sha256')
    .update('mintmark sealing key id')
    .update(bytes)
    .digest('hex')
    .slice(0, KEY_ID_BYTES * 2);
}
