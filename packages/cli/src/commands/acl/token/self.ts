import type { Command } from 'commander';
import { UsageError } from '../../../client/failure.ts';
import type { TokenJson } from '../../../client/types.ts';
import type { Environment } from '../../../environment.ts';
import { calls, type FormatFlags, formatFlags } from '../../calls.ts';
import { leaf } from '../../leaf.ts';
import { showToken } from './show.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `mintmark acl token self`: the token that is acted with. */
export function addTokenSelf(parent: Command, env: Environment): void {
  calls<FormatFlags>(formatFlags(leaf(parent, { name: 'self', about: 'show the token that is set' })), env, async ({ api, settings, flags }) => {
    if (settings.token === undefined) throw new UsageError('No token present in the environment or set via the CLI flag\nSet MINTMARK_TOKEN, or use -token');
    if (!UUID.test(settings.token.reveal())) throw new UsageError('The token that is set is no ACL token: its SecretID would be a UUID\nIs it a JWT? `mintmark validate` says what it is worth');
    showToken(await api.read<TokenJson>('Error fetching self token', '/v1/acl/token/self'), flags);
    return 0;
  });
}
