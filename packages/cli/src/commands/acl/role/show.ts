import { ROLE_MEMBERS, type RoleJson } from '../../../client/types.ts';
import { json, members } from '../../../output/json.ts';
import { print } from '../../../output/print.ts';
import { block } from '../../../output/table.ts';
import type { FormatFlags } from '../../calls.ts';

export function showRole(role: RoleJson, flags: FormatFlags): void {
  print(flags.json === true ? json(members(role, ROLE_MEMBERS)) : roleBlock(role));
}

export function roleBlock(role: RoleJson): string {
  return block([
    ['ID', role.ID],
    ['Name', role.Name],
    ['Description', role.Description],
    ['Policies', policyNames(role)],
    ['Create Index', String(role.CreateIndex)],
    ['Modify Index', String(role.ModifyIndex)],
  ]);
}

export function policyNames({ Policies }: RoleJson): string {
  return (Policies ?? [])
    .map(({ Name }) => Name)
    .sort()
    .join(',');
}

/** Links to policies as the API takes them, each once. */
export function policyLinks(names: readonly string[]): readonly { readonly Name: string }[] {
  return [...new Set(names)].map((Name) => ({ Name }));
}
