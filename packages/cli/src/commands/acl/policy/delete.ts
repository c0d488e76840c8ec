import type { Command } from 'commander';
import { segment } from '../../../client/path.ts';
import type { Environment } from '../../../environment.ts';
import { print } from '../../../output/print.ts';
import { calls } from '../../calls.ts';
import { leaf } from '../../leaf.ts';

/** `mintmark acl policy delete`: tokens and roles that name it lose what it gave. */
export function addPolicyDelete(parent: Command, env: Environment): void {
  calls(leaf(parent, { name: 'delete', about: 'delete an ACL policy', takes: ['<name>'] }), env, async ({ api }, name = '') => {
    await api.remove('Error deleting ACL policy', `/v1/acl/policy/${segment(name)}`);
    print(`Successfully deleted ${name} policy!`);
    return 0;
  });
}
