import type { Command } from 'commander';
import { segment } from '../../../client/path.ts';
import type { Environment } from '../../../environment.ts';
import { print } from '../../../output/print.ts';
import { calls } from '../../calls.ts';
import { leaf } from '../../leaf.ts';

/** `mintmark acl token delete`: revokes a token. */
export function addTokenDelete(parent: Command, env: Environment): void {
  calls(leaf(parent, { name: 'delete', about: 'revoke an ACL token', takes: ['<token_accessor_id>'] }), env, async ({ api }, accessor = '') => {
    await api.remove('Error deleting token', `/v1/acl/token/${segment(accessor)}`);
    print(`Token ${accessor} successfully deleted`);
    return 0;
  });
}
