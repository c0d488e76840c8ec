import type { Command } from 'commander';
import { UsageError } from '../../../client/failure.ts';
import type { TokenJson } from '../../../client/types.ts';
import type { Environment } from '../../../environment.ts';
import { readInput } from '../../../input.ts';
import { calls, type FormatFlags, formatFlags } from '../../calls.ts';
import { leaf } from '../../leaf.ts';
import { type LinkFlags, linkFlags, roleLinks, warnOfUnknownPolicies } from './links.ts';
import { showToken } from './show.ts';

interface Flags extends FormatFlags, LinkFlags {
  readonly name?: string;
  readonly type?: string;
  readonly global?: true;
  readonly ttl?: string;
  readonly accessor?: string;
}

/** `mintmark acl token create`: mints a token, or stores one whose secret is given. */
export function addTokenCreate(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'create', about: 'mint an ACL token; with a path (or -), one whose SecretID is in that file', takes: ['[path]'] })
    .option('--name <text>', 'a name for people')
    .option('--type <type>', 'client or management', 'client')
    .option('--global', 'valid in every region')
    .option('--ttl <duration>', 'time to live, such as 90m or 10h; without it the token does not expire')
    .option('--accessor <id>', 'the AccessorID of a token whose SecretID is given');
  linkFlags(command);
  calls<Flags>(formatFlags(command), env, async ({ api, flags }, path) => {
    const token = await api.write<TokenJson>('Error creating token', '/v1/acl/token', bodyOf(flags, path));
    showToken(token, flags);
    await warnOfUnknownPolicies(api, token);
    return 0;
  });
}

function bodyOf(flags: Flags, path: string | undefined): object {
  const { name = '', type = 'client', global = false, policy = [], ttl, accessor } = flags;
  const roles = roleLinks(flags);
  return {
    Name: name,
    Type: type,
    Policies: policy.length === 0 ? null : policy,
    Roles: roles.length === 0 ? null : roles,
    Global: global,
    ...(ttl === undefined ? {} : { ExpirationTTL: ttl }),
    ...uploaded(type, accessor, path),
  };
}

/** The IDs of a token that is stored as it is: both or neither. The secret comes from a file, where other users do not see it. */
function uploaded(type: string, accessor: string | undefined, path: string | undefined): object {
  if (accessor === undefined && path === undefined) return {};
  if (accessor === undefined) throw new UsageError('missing accessor ID: give -accessor together with the file that holds the SecretID');
  if (path === undefined) throw new UsageError('missing secret ID: give the path of a file that holds it, or - for standard input');
  if (type === 'management') throw new UsageError('cannot upload management tokens');
  return { AccessorID: accessor, SecretID: readInput(path, 'the SecretID').trim() };
}
