import type { MintRecord } from './record.ts';
import { bindingKey } from './workload/job.ts';

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
    case 'personal_token':
    case 'session':
      return [{ index: 'secret', value: record.body.secret.digest }];
    case 'role':
      return [{ index: 'name', value: record.body.name }];
    case 'user':
      return [{ index: 'name', value: record.body.username.toLowerCase() }];
    case 'organization':
      return [{ index: 'name', value: record.body.alias.toLowerCase() }];
    case 'api_client':
      return [{ index: 'name', value: clientName(record.body) }];
    case 'signing_key':
      return [{ index: 'name', value: record.body.kid }];
    case 'job':
    case 'service':
      return [{ index: 'name', value: record.body.fqn }];
    case 'binding': {
      const { secret, job, name } = record.body;
      const own: UniqueKey = { index: 'name', value: bindingKey({ job, name }) };
      return secret === null ? [own] : [own, { index: 'secret', value: secret.digest }];
    }
    case 'bootstrap':
    case 'policy':
    case 'policy_version':
    case 'signing_secret':
    case 'denied':
    case 'setting':
    case 'token_use':
    case 'authority':
    case 'set_aside':
      return [];
  }
}

/** The unique name of an API client: that of its organization's id and its own. */
export function clientName({ organization, name }: { readonly organization: string; readonly name: string }): string {
  return `${organization}/${name}`;
}
