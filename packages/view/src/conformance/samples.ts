import type { LiveRecord, Revision, Tombstone } from '@mintmark/domain';

const NO_INDEX = 0 as Revision;

/** A UUID that sorts as its number does. */
export function uuid(n: number): string {
  return `${n.toString(16).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** 64 hex digits made from a number. */
export function digest(n: number): string {
  return (n + 1).toString(16).padStart(8, '0').repeat(8);
}

function bytes(length: number, value: number): Uint8Array {
  return Buffer.alloc(length, value);
}

function envelope<K extends string>(kind: K, id: string) {
  return { kind, id, scope: 'global' as const, createIndex: NO_INDEX, writeId: 'w'.repeat(22), deleted: false as const };
}

export function token(id: string, secret: string, name = 'a token'): LiveRecord<'token'> {
  return {
    ...envelope('token', id),
    origin: { region: 'us-east', incarnation: 'i'.repeat(22), revision: 7 as Revision },
    body: {
      secret: { digest: secret, sealed: bytes(64, 3) },
      name,
      type: 'client',
      policies: ['readers', 'écrivains'],
      roleIds: [uuid(99)],
      hash: bytes(32, 9),
      createTime: '2026-01-02T03:04:05.678901234Z',
      expirationTime: null,
      expirationTtl: 0,
    },
  };
}

export function oneTimeToken(id: string, secret: string): LiveRecord<'one_time_token'> {
  const body = { secret: { digest: secret, sealed: bytes(0, 0) }, expiresAt: '2026-01-02T03:04:05Z' };
  return { ...envelope('one_time_token', id), scope: 'local', body };
}

export function role(id: string, name: string): LiveRecord<'role'> {
  return { ...envelope('role', id), body: { name, description: 'a role', policies: ['readers'], hash: bytes(32, 1) } };
}

export function organization(id: string, alias: string): LiveRecord<'organization'> {
  return { ...envelope('organization', id), body: { name: 'an organization', alias, parent: '', notBefore: 0, createTime: '2026-01-02T03:04:05Z' } };
}

const POLICY_TEXT = {
  description: '',
  rules: 'namespace "default" { policy = "read" }',
  applies: 'holders',
  jobAcl: null,
  version: 2,
  author: 'system',
  writtenAt: '2026-01-02T03:04:05Z',
} as const;

export function policy(id: string): LiveRecord<'policy'> {
  return { ...envelope('policy', id), body: { ...POLICY_TEXT, system: false, hash: bytes(32, 2) } };
}

export function policyVersion(id: string): LiveRecord<'policy_version'> {
  return { ...envelope('policy_version', id), body: { ...POLICY_TEXT, name: 'readers' } };
}

export function bootstrap(): LiveRecord<'bootstrap'> {
  return { ...envelope('bootstrap', 'acl'), scope: 'local', body: { accessorId: uuid(1) } };
}

/** That `record` no longer holds. */
export function gone(record: LiveRecord): Tombstone {
  const { body: _, ...rest } = record;
  return { ...rest, deleted: true };
}
