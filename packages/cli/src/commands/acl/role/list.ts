import type { Command } from 'commander';
import { ROLE_MEMBERS, type RoleJson } from '../../../client/types.ts';
import type { Environment } from '../../../environment.ts';
import { json, members } from '../../../output/json.ts';
import { print } from '../../../output/print.ts';
import { table } from '../../../output/table.ts';
import { calls, type FormatFlags, formatFlags } from '../../calls.ts';
import { leaf } from '../../leaf.ts';
import { policyNames } from './show.ts';

/** `mintmark acl role list`: the roles that the caller may see. */
export function addRoleList(parent: Command, env: Environment): void {
  calls<FormatFlags>(formatFlags(leaf(parent, { name: 'list', about: 'list ACL roles' })), env, async ({ api, flags }) => {
    const roles = await api.read<readonly RoleJson[]>('Error listing ACL roles', '/v1/acl/roles');
    print(flags.json === true ? json(roles.map((role) => members(role, ROLE_MEMBERS))) : roleTable(roles));
    return 0;
  });
}

export function roleTable(roles: readonly RoleJson[]): string {
  if (roles.length === 0) return 'No ACL roles found';
  return table(['ID', 'Name', 'Description', 'Policies'], roles.map((role) => [role.ID, role.Name, role.Description, policyNames(role)]));
}
