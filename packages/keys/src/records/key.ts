import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** Who holds a key. An issuer signs whatever it decides; a replicator only the end of records, and what it sets aside in its own region, for it decides nothing. */
export type RecordRole = 'issuer' | 'replicator';

export const RECORD_ROLES = ['issuer', 'replicator'] as const satisfies readonly RecordRole[];

/** What signs records. */
export interface RecordKey {
  /** 16 hex digits. */
  readonly id: string;
  /** 64 bytes. */
  sign(content: Uint8Array): Uint8Array;
}

/** A key whose word counts, and whose it is. */
export interface TrustedKey {
  readonly id: string;
  readonly region: string;
  readonly role: RecordRole;
  isSigned(content: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

const SEED_BYTES = 32;
const PUBLIC_BYTES = 32;
const ID_DIGITS = 16;
/** What stands before the 32 bytes in PKCS #8 and in SubjectPublicKeyInfo (RFC 8410 sections 7 and 4). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** An Ed25519 key from its 32 secret bytes (RFC 8032 section 5.1.5). Throws `RangeError` for another number of them. */
export function recordKey(seed: Uint8Array): RecordKey {
  const key = privateKey(seed);
  return { id: idOf(publicBytes(key)), sign: (content) => sign(null, content, key) };
}

/** The public half of a key: 32 bytes. */
export function recordPublicKey(seed: Uint8Array): Uint8Array {
  return publicBytes(privateKey(seed));
}

/** A key to be believed, from the 32 bytes of its public half. It works on threads of the platform, and takes nothing from the event loop. */
export function trustedKey(region: string, role: RecordRole, bytes: Uint8Array): TrustedKey {
  if (bytes.length !== PUBLIC_BYTES) throw new RangeError(`a public record key has ${PUBLIC_BYTES} bytes, not ${bytes.length}`);
  const key = createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' });
  return {
    id: idOf(bytes),
    region,
    role,
    isSigned: (content, signature) =>
      new Promise((resolve, reject) => {
        verify(null, content, key, signature, (error, good) => (error === null ? resolve(good) : reject(error)));
      }),
  };
}

/** The form of a trusted key as text: whose it is, and its public half in base64url. */
export const TRUSTED_KEY_TEXT = /^[a-z0-9][a-z0-9-]{0,62}\/(?:issuer|replicator)=[A-Za-z0-9_-]{43}$/;

/** `REGION/issuer=KEY` or `REGION/replicator=KEY` for the key with these secret bytes. */
export function trustedKeyText(region: string, role: RecordRole, seed: Uint8Array): string {
  return `${region}/${role}=${Buffer.from(recordPublicKey(seed)).toString('base64url')}`;
}

/** Reads what `trustedKeyText` wrote, and `TRUSTED_KEY_TEXT` accepts. */
export function trustedKeyOf(text: string): TrustedKey {
  const [whose = '', key = ''] = text.split('=');
  const [region = '', role] = whose.split('/');
  return trustedKey(region, role as RecordRole, Buffer.from(key, 'base64url'));
}

function privateKey(seed: Uint8Array): KeyObject {
  if (seed.length !== SEED_BYTES) throw new RangeError(`a record key has ${SEED_BYTES} bytes, not ${seed.length}`);
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

function publicBytes(key: KeyObject): Uint8Array {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
}

function idOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, ID_DIGITS);
}
