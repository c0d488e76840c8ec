import type { Command } from 'commander';
import { segment } from '../../../client/path.ts';
import type { TokenJson } from '../../../client/types.ts';
import type { Environment } from '../../../environment.ts';
import { calls, type FormatFlags, formatFlags } from '../../calls.ts';
import { leaf } from '../../leaf.ts';
import { showToken } from './show.ts';

/** `mintmark acl token info`: one token, with its secret. */
export function addTokenInfo(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'info', about: 'show an ACL token', takes: ['<token_accessor_id>'] });
  calls<FormatFlags>(formatFlags(command), env, async ({ api, flags }, accessor = '') => {
    showToken(await api.read<TokenJson>('Error fetching token', `/v1/acl/token/${segment(accessor)}`), flags);
    return 0;
  });
}
