import { blake2b } from '@noble/hashes/blake2.js';
import type { Scope, TokenType } from '../record.ts';

export interface HashedFields {
  readonly name: string;
  readonly type: TokenType;
  readonly policies: readonly string[] | null;
  readonly scope: Scope;
  readonly roleIds: readonly string[];
}

/**
 * Nomad's token hash: BLAKE2b-256 over name, type, each policy in order, `global` or `local`, each role id in order,
 * without separators. 32 bytes. Says whether two tokens grant the same; it is no proof of anything.
 */
export function tokenHash(fields: HashedFields): Uint8Array {
  const text = [fields.name, fields.type, ...(fields.policies ?? []), fields.scope, ...fields.roleIds].join('');
  return blake2b(new TextEncoder().encode(text), { dkLen: 32 });
}
