import type { MintRecord } from './record.ts';

/** The secondary keys by which a record can be found; each value belongs to at most one live record of its kind. */
export type UniqueIndex = 'secret' | 'name';

export interface UniqueKey {
  readonly index: UniqueIndex;
  readonly value: string;
}

/** The unique keys of a record's present state; none for a tombstone. */
export function uniqueKeysOf(record: MintRecord): readonly UniqueKey[] {
  if (record.deleted) return [];
  switch (record.kind) {
    case 'token':
    case 'one_time_token':
      return [{ index: 'secret', value: record.body.secret.digest }];
    case 'role':
      return [{ index: 'name', value: record.body.name }];
    case 'bootstrap':
    case 'policy':
    case 'policy_version':
      return [];
  }
}
