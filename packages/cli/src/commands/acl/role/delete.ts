import type { Command } from 'commander';
import { segment } from '../../../client/path.ts';
import type { Environment } from '../../../environment.ts';
import { print } from '../../../output/print.ts';
import { calls } from '../../calls.ts';
import { leaf } from '../../leaf.ts';

/** `mintmark acl role delete`: tokens that link to it lose what it gave. */
export function addRoleDelete(parent: Command, env: Environment): void {
  calls(leaf(parent, { name: 'delete', about: 'delete an ACL role', takes: ['<acl_role_id>'] }), env, async ({ api }, id = '') => {
    await api.remove('Error deleting ACL role', `/v1/acl/role/${segment(id)}`);
    print(`ACL role ${id} successfully deleted`);
    return 0;
  });
}
