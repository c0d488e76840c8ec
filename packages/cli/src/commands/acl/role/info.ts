import type { Command } from 'commander';
import { segment } from '../../../client/path.ts';
import type { RoleJson } from '../../../client/types.ts';
import type { Environment } from '../../../environment.ts';
import { calls, type FormatFlags, formatFlags } from '../../calls.ts';
import { leaf } from '../../leaf.ts';
import { showRole } from './show.ts';

interface Flags extends FormatFlags {
  readonly byName?: true;
}

/** `mintmark acl role info`: one role, by its ID or its name. */
export function addRoleInfo(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'info', about: 'show an ACL role', takes: ['<acl_role_id>'] }).option('--by-name', 'the argument is the name of the role');
  calls<Flags>(formatFlags(command), env, async ({ api, flags }, role = '') => {
    const path = flags.byName === true ? `/v1/acl/role/name/${segment(role)}` : `/v1/acl/role/${segment(role)}`;
    showRole(await api.read<RoleJson>('Error reading ACL role', path), flags);
    return 0;
  });
}
