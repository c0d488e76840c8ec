import type { SecretAtRest } from '../secret.ts';

export type TokenType = 'client' | 'management';

/** An ACL token. Record id: its AccessorID, lower case. */
export interface TokenBody {
  readonly secret: SecretAtRest;
  readonly name: string;
  readonly type: TokenType;
  /** Names in the order given; `null` where none were given. */
  readonly policies: readonly string[] | null;
  readonly roleIds: readonly string[];
  /** BLAKE2b-256, 32 bytes (specs: Nomad 4.1). */
  readonly hash: Uint8Array;
  /** RFC 3339, UTC, up to nine fractional digits. */
  readonly createTime: string;
  /** As `createTime`; `null` for never. */
  readonly expirationTime: string | null;
  /** Nanoseconds; 0 for none. */
  readonly expirationTtl: number;
}

/** A single-use secret that stands for a token. Record id: the AccessorID of that token. Always local. */
export interface OneTimeTokenBody {
  readonly secret: SecretAtRest;
  readonly expiresAt: string;
}

/** That the ACL system was bootstrapped. Record id: `acl`. */
export interface BootstrapBody {
  readonly accessorId: string;
}

/** Whom a policy is in force for: those who hold its name, directly or through a role, or everybody, its conditions deciding. */
export type PolicyApplies = 'holders' | 'everyone';

/** The workloads that a policy is attached to; an empty name stands for all below the one before it. */
export interface JobAcl {
  readonly namespace: string;
  readonly jobId: string;
  readonly group: string;
  readonly task: string;
}

/** One text of a policy, and how it came to be. */
interface PolicyText {
  readonly description: string;
  readonly rules: string;
  readonly applies: PolicyApplies;
  readonly jobAcl: JobAcl | null;
  /** Number of the text among those of the name: 1, 2, 3... It goes on where a deleted policy is written again. */
  readonly version: number;
  /** Who wrote it: `token:<AccessorID>`, or `system`. */
  readonly author: string;
  /** RFC 3339, UTC. */
  readonly writtenAt: string;
}

/** A policy. Record id: its name. */
export interface PolicyBody extends PolicyText {
  /** Written by the system and read-only. */
  readonly system: boolean;
  readonly hash: Uint8Array;
}

/** A text that a policy had. Record id: `<name>.<version>`. */
export interface PolicyVersionBody extends PolicyText {
  readonly name: string;
}

/** An ACL role. Record id: a UUID. */
export interface RoleBody {
  readonly name: string;
  readonly description: string;
  readonly policies: readonly string[];
  readonly hash: Uint8Array;
}
