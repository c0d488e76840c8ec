import type { Command } from 'commander';
import type { TokenJson } from '../../client/types.ts';
import type { Environment } from '../../environment.ts';
import { readInput } from '../../input.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { leaf } from '../leaf.ts';
import { showToken } from './token/show.ts';

/** `mintmark acl bootstrap`: the first management token, with a secret of one's own if a file has it. */
export function addBootstrap(acl: Command, env: Environment): void {
  const command = leaf(acl, { name: 'bootstrap', about: 'make the first management token; with a path (or -), one with the SecretID in that file', takes: ['[path]'] });
  calls<FormatFlags>(formatFlags(command), env, async ({ api, flags }, path) => {
    const secret = path === undefined || path === '' ? '' : readInput(path, 'Error reading provided token').trim();
    showToken(await api.write<TokenJson>('Error bootstrapping', '/v1/acl/bootstrap', { BootstrapSecret: secret }), flags);
    return 0;
  });
}
