import { type Command, Option } from 'commander';
import { UsageError } from '../../client/failure.ts';
import type { Environment } from '../../environment.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { leaf } from '../leaf.ts';
import { changeUser } from './change.ts';
import { showUser } from './show.ts';

interface Flags extends FormatFlags {
  readonly username?: string;
  readonly platformOperator?: string;
}

/** `mintmark user update`: what is not given stays. */
export function addUserUpdate(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'update', about: 'change a user; what is not given stays', takes: ['<user>'] })
    .option('--username <name>', 'another username')
    .addOption(new Option('--platform-operator <yes>', 'whether the user is a platform operator').choices(['true', 'false']));
  calls<Flags>(formatFlags(command), env, async ({ api, flags }, user = '') => {
    const { username, platformOperator } = flags;
    if (username === undefined && platformOperator === undefined) throw new UsageError('Please provide at least one flag to update the user');
    const change = { ...(username === undefined ? {} : { username }), ...(platformOperator === undefined ? {} : { platformOperator: platformOperator === 'true' }) };
    showUser(await changeUser(api, user, () => change), flags);
    return 0;
  });
}

/** `mintmark user enable` and `disable`: nothing that stands for a disabled user counts. */
export function addUserSwitches(parent: Command, env: Environment): void {
  for (const [name, disabled, about] of [
    ['enable', false, 'let a disabled user in again'],
    ['disable', true, 'keep a user out: sessions and tokens of the user count no more'],
  ] as const) {
    calls<FormatFlags>(formatFlags(leaf(parent, { name, about, takes: ['<user>'] })), env, async ({ api, flags }, user = '') => {
      showUser(await changeUser(api, user, () => ({ disabled })), flags);
      return 0;
    });
  }
}
