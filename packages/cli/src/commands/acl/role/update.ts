import type { Command } from 'commander';
import { UsageError } from '../../../client/failure.ts';
import { segment } from '../../../client/path.ts';
import type { RoleJson } from '../../../client/types.ts';
import type { Environment } from '../../../environment.ts';
import { calls, type FormatFlags, formatFlags } from '../../calls.ts';
import { collect, leaf } from '../../leaf.ts';
import { newRole } from './create.ts';
import { policyLinks, showRole } from './show.ts';

interface Flags extends FormatFlags {
  readonly name?: string;
  readonly description?: string;
  readonly policy?: readonly string[];
  /** `false` for `-no-merge`. */
  readonly merge: boolean;
}

/** `mintmark acl role update`: adds to a role, or replaces it with `-no-merge`. */
export function addRoleUpdate(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'update', about: 'change an ACL role; policies that are given are added to those it has', takes: ['<acl_role_id>'] })
    .option('--name <name>', 'its name')
    .option('--description <text>', 'what it is for')
    .option('--policy <name>', 'a further policy; may be given several times', collect)
    .option('--no-merge', 'replace all that the role has by what is given');
  calls<Flags>(formatFlags(command), env, async ({ api, flags }, id = '') => {
    if (flags.merge && flags.name === undefined && flags.description === undefined && flags.policy === undefined) {
      throw new UsageError('Please provide at least one flag to update the ACL role');
    }
    const path = `/v1/acl/role/${segment(id)}`;
    const stored = await api.read<RoleJson>('Error when retrieving ACL role', path);
    const role = flags.merge ? merged(stored, flags) : { ID: id, ...newRole(flags) };
    showRole(await api.write<RoleJson>('Error updating ACL role', path, role), flags);
    return 0;
  });
}

function merged(stored: RoleJson, { name = stored.Name, description = stored.Description, policy = [] }: Flags): object {
  const kept = (stored.Policies ?? []).map(({ Name }) => Name);
  return { ID: stored.ID, Name: name, Description: description, Policies: policyLinks([...kept, ...policy]) };
}
