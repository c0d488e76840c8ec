import type { Revision } from './revision.ts';
import type { BindingBody, JobBody, ServiceBody } from './workload/records.ts';

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

/** How a signing key signs: Ed25519 (RFC 8037), or ECDSA with P-256 and SHA-256 (RFC 7518 section 3.4). */
export type SigningAlgorithm = 'EdDSA' | 'ES256';

/** The public half of a region's signing key. Record id: `<region>.<sequence>`. Times are milliseconds since the epoch. */
export interface SigningKeyBody {
  /** RFC 7638 SHA-256 thumbprint. */
  readonly kid: string;
  readonly region: string;
  readonly sequence: number;
  readonly algorithm: SigningAlgorithm;
  /** JSON Web Key, without private members (RFC 7517). */
  readonly publicJwk: string;
  readonly createdAt: number;
  readonly maxTokenLifetimeMs: number;
  readonly state: 'planned' | 'active' | 'retiring' | 'gone';
  /** 0 while planned. */
  readonly activeFrom: number;
  /** 0 before it retires. */
  readonly retiredAt: number;
  /** When nothing that it signed can be alive any more; 0 while that is not told. */
  readonly goneAt: number;
  /** Whether an emergency ended it while its tokens were alive. */
  readonly withdrawn: boolean;
}

/** The sealed private half of a signing key. Record id: the key's kid. Always local. */
export interface SigningSecretBody {
  readonly sealed: Uint8Array;
}

/** An account, organization or tenant. Record id: a UUID. */
export interface OrganizationBody {
  readonly name: string;
  /** A short name that stands for it in credentials; unique whatever its case. */
  readonly alias: string;
  /** Id of the organization that it belongs to; empty for none. */
  readonly parent: string;
  /** Signed tokens of its clients of before this instant are refused: milliseconds since the epoch; 0 for none. */
  readonly notBefore: number;
  /** RFC 3339, UTC. */
  readonly createTime: string;
}

export interface Membership {
  /** Id of the organization. */
  readonly organization: string;
  /** Name of a built-in role or of an ACL role. */
  readonly role: string;
}

/** A person. Record id: a UUID. */
export interface UserBody {
  /** Unique whatever its case. */
  readonly username: string;
  /** PHC string (Argon2id); empty for those who sign in elsewhere. */
  readonly passwordHash: string;
  readonly organizations: readonly Membership[];
  readonly platformOperator: boolean;
  readonly disabled: boolean;
  /** Sessions that began by this instant are over: milliseconds since the epoch; 0 for none. */
  readonly notBefore: number;
  /** Personal tokens that were made by this instant are over: milliseconds since the epoch; 0 for none. */
  readonly tokensNotBefore: number;
  readonly createTime: string;
}

/** A client secret at rest: only its digest is stored. */
export interface ClientSecret {
  /** 64 hex digits. */
  readonly digest: string;
  /** RFC 3339, UTC. */
  readonly createTime: string;
}

/** An OAuth API client. Record id: a UUID. */
export interface ApiClientBody {
  /** Unique in its organization. */
  readonly name: string;
  /** Id of the organization. */
  readonly organization: string;
  readonly description: string;
  readonly defaultExpirationSeconds: number;
  /** Names of roles, looked up at each use. */
  readonly roles: readonly string[];
  /** At most two, the newest first. */
  readonly secrets: readonly ClientSecret[];
  readonly enabled: boolean;
  /** Tokens issued before this instant are refused: milliseconds since the epoch; 0 for none. */
  readonly notBefore: number;
  /** JSON Web Key Set of the client's own keys (RFC 7523); empty for none. */
  readonly jwks: string;
  /** Whether its tokens are bound to a key (RFC 9449). */
  readonly dpop: boolean;
  /** The temporary token that can be revoked; empty for none. */
  readonly temporaryJti: string;
  /** When that one expires: milliseconds since the epoch; 0 for none. */
  readonly temporaryExpiresAt: number;
  readonly createTime: string;
}

/** That a signed token is refused before its time. Record id: its jti. */
export interface DeniedBody {
  /** When the token would have expired: milliseconds since the epoch. The record ends then. */
  readonly expiresAt: number;
}

/** A setting of the platform. Record id: its name. */
export interface SettingBody {
  readonly value: string;
}

/** A user's own token. Record id: a UUID. */
export interface PersonalTokenBody {
  readonly secret: SecretAtRest;
  readonly name: string;
  /** Id of the user. */
  readonly user: string;
  /** Whether it reaches whatever organizations its user belongs to now. */
  readonly dynamicAccess: boolean;
  /** Ids of the organizations that were chosen; with `dynamicAccess` those that its user was in then. */
  readonly organizations: readonly string[];
  /** The most that it may be; its user's role limits it. */
  readonly role: string;
  /** RFC 3339; `null` for never. */
  readonly expirationTime: string | null;
  readonly createTime: string;
  /** Why it was revoked; empty while it was not. */
  readonly revokedBecause: string;
  /** RFC 3339; empty while it was not revoked. */
  readonly revokedAt: string;
  /** Seconds without use after which it ends; 0 for none. */
  readonly idleExpirySeconds: number;
  /** Networks (CIDR) from which it may be used; none: any. */
  readonly networks: readonly string[];
  /** RFC 3339: when it was told that it expires soon; empty while it was not. */
  readonly expiryToldAt: string;
}

/** When a personal token was last used, to the minute. Record id: that of the token. */
export interface TokenUseBody {
  /** RFC 3339. */
  readonly at: string;
  /** Where. */
  readonly region: string;
}

/** A login session. Record id: that of its user, a dot, and a UUID. */
export interface SessionBody {
  readonly secret: SecretAtRest;
  /** Id of the user. */
  readonly user: string;
  /** Where it counts: `soc`, `developer` or `account`. */
  readonly audience: string;
  /** Id of the tenant that it is in; empty for none. */
  readonly organization: string;
  readonly createTime: string;
  /** RFC 3339. */
  readonly expirationTime: string;
}

/** What each kind of record says. The key is the kind's name on the wire, in keys and in feeds. */
export interface Bodies {
  token: TokenBody;
  one_time_token: OneTimeTokenBody;
  bootstrap: BootstrapBody;
  policy: PolicyBody;
  policy_version: PolicyVersionBody;
  role: RoleBody;
  signing_key: SigningKeyBody;
  signing_secret: SigningSecretBody;
  organization: OrganizationBody;
  user: UserBody;
  api_client: ApiClientBody;
  denied: DeniedBody;
  setting: SettingBody;
  personal_token: PersonalTokenBody;
  token_use: TokenUseBody;
  session: SessionBody;
  job: JobBody;
  service: ServiceBody;
  binding: BindingBody;
}

export type Kind = keyof Bodies;

export const KINDS = [
  'token',
  'one_time_token',
  'bootstrap',
  'policy',
  'policy_version',
  'role',
  'signing_key',
  'signing_secret',
  'organization',
  'user',
  'api_client',
  'denied',
  'setting',
  'personal_token',
  'token_use',
  'session',
  'job',
  'service',
  'binding',
] as const satisfies readonly Kind[];

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
