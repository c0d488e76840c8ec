import type { Command } from 'commander';
import { segment } from '../../client/path.ts';
import { type UserJson, userOf } from '../../client/people.ts';
import type { Environment } from '../../environment.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { leaf } from '../leaf.ts';
import { roles, showUser } from './show.ts';

/** `mintmark user list`: the users that the caller may see. */
export function addUserList(parent: Command, env: Environment): void {
  calls<FormatFlags>(formatFlags(leaf(parent, { name: 'list', about: 'list users' })), env, async ({ api, flags }) => {
    const users = await api.read<readonly UserJson[]>('Error listing users', '/v1/users');
    print(flags.json === true ? json(users) : userTable(users));
    return 0;
  });
}

/** `mintmark user info`: one user, by ID or username. */
export function addUserInfo(parent: Command, env: Environment): void {
  calls<FormatFlags>(formatFlags(leaf(parent, { name: 'info', about: 'show a user', takes: ['<user>'] })), env, async ({ api, flags }, user = '') => {
    showUser(await userOf(api, user), flags);
    return 0;
  });
}

/** `mintmark user delete`: nothing that stands for the user counts any more. */
export function addUserDelete(parent: Command, env: Environment): void {
  calls(leaf(parent, { name: 'delete', about: 'delete a user; sessions and tokens of the user count no more', takes: ['<user>'] }), env, async ({ api }, user = '') => {
    const { id, username } = await userOf(api, user);
    await api.remove('Error deleting user', `/v1/users/${segment(id)}`);
    print(`User ${username} successfully deleted`);
    return 0;
  });
}

function userTable(users: readonly UserJson[]): string {
  if (users.length === 0) return 'No users found';
  return table(
    ['ID', 'Username', 'Password', 'Disabled', 'Platform Operator', 'Organizations'],
    users.map((user) => [user.id, user.username, user.hasPassword ? 'set' : 'none', String(user.disabled), String(user.platformOperator), roles(user)]),
  );
}
