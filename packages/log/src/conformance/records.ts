import type { Entry, Kind, LiveRecord, MintRecord, Revision, Scope, Tombstone } from '@mintmark/domain';

/** Members of the envelope and of the body that a test cares about; the rest is filled in. */
export type Wanted<K extends Kind> = Partial<Pick<LiveRecord<K>, 'id' | 'scope' | 'createIndex' | 'origin' | 'writeId'> & LiveRecord<K>['body']>;

let made = 0;

/** A UUID that no other call returns in this process. */
export function freshId(): string {
  made += 1;
  return `${made.toString(16).padStart(8, '0')}-0000-4000-8000-${made.toString(16).padStart(12, '0')}`;
}

/** 22 characters that no other call returns in this process. */
export function freshWriteId(): string {
  made += 1;
  return `w${made.toString(36).padStart(21, '0')}`;
}

/** A live global client token. */
export function aToken(wanted: Wanted<'token'> = {}): LiveRecord<'token'> {
  const digest = freshWriteId();
  return build('token', wanted, {
    secret: { digest: Buffer.from(digest.padEnd(32, '.')).toString('hex'), sealed: Buffer.from(`sealed ${digest}`) },
    name: 'a token',
    type: 'client',
    policies: ['readers', 'écrivains'],
    roleIds: ['5b8b9a3e-0000-4000-8000-000000000001'],
    hash: Buffer.alloc(32, 9),
    createTime: '2026-01-02T03:04:05.678901234Z',
    expirationTime: null,
    expirationTtl: 0,
  });
}

/** A live local one-time token. */
export function aOneTimeToken(wanted: Wanted<'one_time_token'> = {}): LiveRecord<'one_time_token'> {
  const secret = { digest: Buffer.from(freshWriteId().padEnd(32, '.')).toString('hex'), sealed: Buffer.alloc(0) };
  return build('one_time_token', { scope: 'local', ...wanted }, { secret, expiresAt: '2026-01-02T03:04:05Z' });
}

/** The live local bootstrap record. */
export function aBootstrap(wanted: Wanted<'bootstrap'> = {}): LiveRecord<'bootstrap'> {
  return build('bootstrap', { id: 'acl', scope: 'local', ...wanted }, { accessorId: '5b8b9a3e-0000-4000-8000-000000000001' });
}

const POLICY_TEXT = {
  description: '',
  rules: 'namespace "default" { policy = "read" }',
  applies: 'holders',
  jobAcl: { namespace: 'default', jobId: '', group: '', task: '' },
  version: 1,
  author: 'token:5b8b9a3e-0000-4000-8000-000000000001',
  writtenAt: '2026-01-02T03:04:05.678901234Z',
} as const;

/** A live global policy. */
export function aPolicy(wanted: Wanted<'policy'> = {}): LiveRecord<'policy'> {
  return build('policy', wanted, { ...POLICY_TEXT, system: false, hash: Buffer.alloc(32, 2) });
}

/** A live global past text of a policy. */
export function aPolicyVersion(wanted: Wanted<'policy_version'> = {}): LiveRecord<'policy_version'> {
  return build('policy_version', { id: 'readers.1', ...wanted }, { ...POLICY_TEXT, applies: 'everyone', jobAcl: null, name: 'readers' });
}

/** A live global role. */
export function aRole(wanted: Wanted<'role'> = {}): LiveRecord<'role'> {
  return build('role', wanted, { name: 'a role', description: '', policies: ['readers'], hash: Buffer.alloc(32, 1) });
}

/** The same key with the same body, by another write. */
export function again<R extends MintRecord>(record: R): R {
  return { ...record, writeId: freshWriteId() };
}

/** That `record` no longer holds. */
export function gone<K extends Kind>(record: LiveRecord<K>): Tombstone<K> {
  const { body: _, ...envelope } = record;
  return { ...envelope, deleted: true, writeId: freshWriteId() };
}

/** The entry that an append of `record` at `at` makes. */
export function entryAt(record: MintRecord, at: Revision): Entry {
  return { revision: at, record: record.createIndex === 0 ? { ...record, createIndex: at } : record };
}

function build<K extends Kind>(kind: K, wanted: Wanted<K>, body: LiveRecord<K>['body']): LiveRecord<K> {
  const { id = freshId(), scope = 'global' as Scope, createIndex = 0 as Revision, origin, writeId = freshWriteId(), ...members } = wanted;
  return {
    kind,
    id,
    scope,
    createIndex,
    ...(origin === undefined ? {} : { origin }),
    writeId,
    deleted: false,
    body: { ...body, ...members },
  } as LiveRecord<K>;
}
