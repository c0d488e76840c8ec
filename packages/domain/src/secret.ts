import { hash } from 'node:crypto';

/** A secret at rest. The text itself is stored nowhere (P8). */
export interface SecretAtRest {
  /** SHA-256 of the secret's text: 64 lower-case hex digits. */
  readonly digest: string;
  /** Sealed copy that only an issuer can open; empty where the secret is never shown again. */
  readonly sealed: Uint8Array;
}

/** SHA-256 of a secret's text as 64 lower-case hex digits: the only form in which it is stored or compared (P8). */
export function digestOf(secret: string): string {
  return hash('sha256', secret, 'hex');
}
