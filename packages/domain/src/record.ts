import type { Revision } from './revision.ts';

/** Who may see a record: every region, or only the one that wrote it (P5). */
export type Scope = 'global' | 'local';

/** A secret at rest. The text itself is stored nowhere (P8). */
export interface SecretAtRest {
  /** SHA-256 of the secret's text: 64 lower-case hex digits. */
  readonly digest: string;
  /** Sealed copy that only an issuer can open; empty where the secret is never shown again. */
  readonly sealed: Uint8Array;
}

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

/** What each kind of record says. The key is the kind's name on the wire, in keys and in feeds. */
export interface Bodies {
  token: TokenBody;
  one_time_token: OneTimeTokenBody;
  bootstrap: BootstrapBody;
  policy: PolicyBody;
  policy_version: PolicyVersionBody;
  role: RoleBody;
}

export type Kind = keyof Bodies;

export const KINDS = ['token', 'one_time_token', 'bootstrap', 'policy', 'policy_version', 'role'] as const satisfies readonly Kind[];

export function isKind(text: string): text is Kind {
  return (KINDS as readonly string[]).includes(text);
}

/** Where a record was first appended: the authority's log, for a replica of a global record. */
export interface Origin {
  readonly region: string;
  readonly incarnation: string;
  readonly revision: Revision;
}

interface Envelope<K extends Kind> {
  readonly kind: K;
  readonly id: string;
  readonly scope: Scope;
  /**
   * Revision of the key's first append since it was last absent, in the region that holds the record.
   * 0 on the way into a log means "the revision of this append"; logs and views give it back filled in.
   */
  readonly createIndex: Revision;
  /** Absent where the record was decided in the region that holds it. */
  readonly origin?: Origin;
  /** Unique per append attempt: 22 base64url characters of 128 random bits. Resolves an unknown outcome. */
  readonly writeId: string;
}

/** A fact that holds. */
export interface LiveRecord<K extends Kind = Kind> extends Envelope<K> {
  readonly deleted: false;
  readonly body: Bodies[K];
}

/** A fact that no longer holds. Only this deletes (P13). `createIndex` is the one of the fact that ended. */
export interface Tombstone<K extends Kind = Kind> extends Envelope<K> {
  readonly deleted: true;
}

/** One append of one record: its newest state, whole. */
export type RecordOf<K extends Kind> = LiveRecord<K> | Tombstone<K>;
export type MintRecord = { [K in Kind]: RecordOf<K> }[Kind];

/** A record where it stands in one region's log. `record.createIndex <= revision` (P3). */
export interface Entry<K extends Kind = Kind> {
  /** The record's ModifyIndex. */
  readonly revision: Revision;
  readonly record: RecordOf<K>;
}

export interface LiveEntry<K extends Kind = Kind> extends Entry<K> {
  readonly record: LiveRecord<K>;
}

/** Narrows an entry of any kind to a live one of the kind asked for. */
export function liveOf<K extends Kind>(entry: Entry | undefined, kind: K): LiveEntry<K> | undefined {
  if (entry === undefined || entry.record.deleted || entry.record.kind !== kind) return undefined;
  return entry as LiveEntry<K>;
}
