import type { BootstrapBody, OneTimeTokenBody, PolicyBody, PolicyVersionBody, RoleBody, TokenBody } from './acl/records.ts';
import type { AuthorityBody } from './authority/succession.ts';
import type { SetAsideBody } from './authority/set-aside.ts';
import type { ApiClientBody, DeniedBody, SigningKeyBody, SigningSecretBody } from './oauth/records.ts';
import type { OrganizationBody, PersonalTokenBody, SessionBody, SettingBody, TokenUseBody, UserBody } from './people/records.ts';
import type { Revision } from './revision.ts';
import type { BindingBody, JobBody, ServiceBody } from './workload/records.ts';

/** Who may see a record: every region, or only the one that wrote it (P5). */
export type Scope = 'global' | 'local';

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
  authority: AuthorityBody;
  set_aside: SetAsideBody;
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
  'authority',
  'set_aside',
] as const satisfies readonly Kind[];

export function isKind(text: string): text is Kind {
  return (KINDS as readonly string[]).includes(text);
}

/** Where a state of a record was decided: in the log of whoever was the authority then, for a replica of a global record. */
export interface Origin {
  readonly region: string;
  readonly incarnation: string;
  readonly revision: Revision;
}

/** Who says a record, and upon what (P10). Covers everything but `createIndex`, `origin` and `writeId`, which each region has its own of. */
export interface RecordSignature {
  /** Id of the key: 16 hex digits. */
  readonly key: string;
  /** Milliseconds since the epoch when it was signed; above that of the record which it replaces. */
  readonly stamp: number;
  /** SHA-256 digest of what was signed of the record that it replaces, tombstones too: 64 hex digits; empty where there was none. */
  readonly previous: string;
  /** Ed25519, 64 bytes in base64. */
  readonly value: string;
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
  /** Epoch of the authority that decided a global record; absent for 0, the epoch before authority was ever handed over. */
  readonly epoch?: number;
  /** Unique per append attempt: 22 base64url characters of 128 random bits. Resolves an unknown outcome. */
  readonly writeId: string;
  /** Absent on a draft; nobody believes one that lies in a store. */
  readonly signature?: RecordSignature;
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
