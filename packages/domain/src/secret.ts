import { hash } from 'node:crypto';

/** SHA-256 of a secret's text as 64 lower-case hex digits: the only form in which it is stored or compared (P8). */
export function digestOf(secret: string): string {
  return hash('sha256', secret, 'hex');
}
