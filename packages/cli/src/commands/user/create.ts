import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import type { UserJson } from '../../client/people.ts';
import type { Environment } from '../../environment.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { collect, leaf } from '../leaf.ts';
import { membershipsIn } from './memberships.ts';
import { newPassword, type PasswordFlags, passwordFlags } from './password.ts';
import { showUser } from './show.ts';

interface Flags extends FormatFlags, PasswordFlags {
  readonly username?: string;
  readonly org?: readonly string[];
  readonly platformOperator?: true;
  readonly disabled?: true;
}

/** `mintmark user create`: without a password, one who signs in elsewhere. */
export function addUserCreate(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'create', about: 'create a user; without a password, one who signs in through the OpenID provider' })
    .option('--username <name>', 'the username')
    .option('--org <organization:role>', 'an organization, by ID or alias, and the role in it; may be given several times', collect)
    .option('--platform-operator', 'a platform operator')
    .option('--disabled', 'disabled from the start');
  calls<Flags>(formatFlags(passwordFlags(command)), env, async ({ api, settings, flags }) => {
    const { username, org = [], platformOperator = false, disabled = false } = flags;
    if (username === undefined) throw new UsageError('the username must be given with -username');
    const password = newPassword(flags, settings);
    const body = { username, ...(password === undefined ? {} : { password }), organizations: await membershipsIn(api, org), platformOperator, disabled };
    showUser(await api.write<UserJson>('Error creating user', '/v1/users', body), flags);
    return 0;
  });
}
