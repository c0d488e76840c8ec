import type { Command } from 'commander';
import { segment } from '../../../client/path.ts';
import type { TokenJson } from '../../../client/types.ts';
import type { Environment } from '../../../environment.ts';
import { calls, type FormatFlags, formatFlags } from '../../calls.ts';
import { leaf } from '../../leaf.ts';
import { type LinkFlags, linkFlags, roleLinks, warnOfUnknownPolicies } from './links.ts';
import { showToken } from './show.ts';

interface Flags extends FormatFlags, LinkFlags {
  readonly name?: string;
  readonly type?: string;
}

/** `mintmark acl token update`: what is given replaces what is stored, all else stays. */
export function addTokenUpdate(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'update', about: 'change an ACL token; lists that are given replace those it has', takes: ['<token_accessor_id>'] })
    .option('--name <text>', 'a name for people')
    .option('--type <type>', 'client or management');
  linkFlags(command);
  calls<Flags>(formatFlags(command), env, async ({ api, flags }, accessor = '') => {
    const path = `/v1/acl/token/${segment(accessor)}`;
    const stored = await api.read<TokenJson>('Error fetching token', path);
    const token = await api.write<TokenJson>('Error updating token', path, changed(stored, flags));
    showToken(token, flags);
    await warnOfUnknownPolicies(api, token);
    return 0;
  });
}

/** A management token has neither policies nor roles: turning into one drops them. */
function changed(stored: TokenJson, flags: Flags): TokenJson {
  const { name = stored.Name, type = stored.Type, policy } = flags;
  const roles = roleLinks(flags);
  const kept = type === 'management' && stored.Type !== 'management' ? { Policies: null, Roles: null } : stored;
  return { ...stored, Name: name, Type: type, Policies: policy ?? kept.Policies, Roles: roles.length > 0 ? roles : kept.Roles };
}
