import type { OrganizationJson } from '../../client/people.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { block } from '../../output/table.ts';
import { goTime } from '../../output/time.ts';
import type { FormatFlags } from '../calls.ts';

export function showOrganization(organization: OrganizationJson, flags: FormatFlags): void {
  print(flags.json === true ? json(organization) : organizationBlock(organization));
}

function organizationBlock({ id, name, alias, parent, notBefore, createTime, createIndex, modifyIndex }: OrganizationJson): string {
  return block([
    ['ID', id],
    ['Name', name],
    ['Alias', alias],
    ['Parent', parent ?? ''],
    ['Not Before', notBefore === null ? '' : goTime(notBefore)],
    ['Create Time', goTime(createTime)],
    ['Create Index', String(createIndex)],
    ['Modify Index', String(modifyIndex)],
  ]);
}
