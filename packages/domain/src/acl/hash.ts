import { blake2b } from '@noble/hashes/blake2.js';
import type { JobAcl, TokenType } from './records.ts';
import type { Scope } from '../record.ts';

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
  return hashOf([fields.name, fields.type, ...(fields.policies ?? []), fields.scope, ...fields.roleIds]);
}

/** Nomad's policy hash: as a token's, over name, description, rules and, where it is attached to workloads, their four names. */
export function policyHash(fields: {
  readonly name: string;
  readonly description: string;
  readonly rules: string;
  readonly jobAcl: JobAcl | null;
}): Uint8Array {
  const { name, description, rules, jobAcl } = fields;
  return hashOf([name, description, rules, ...(jobAcl === null ? [] : [jobAcl.namespace, jobAcl.jobId, jobAcl.group, jobAcl.task])]);
}

/** Nomad's role hash: as a token's, over name, description and each policy in order. */
export function roleHash(fields: { readonly name: string; readonly description: string; readonly policies: readonly string[] }): Uint8Array {
  return hashOf([fields.name, fields.description, ...fields.policies]);
}

function hashOf(parts: readonly string[]): Uint8Array {
  return blake2b(new TextEncoder().encode(parts.join('')), { dkLen: 32 });
}
