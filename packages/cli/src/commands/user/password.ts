import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import type { ClientSettings } from '../../client/settings.ts';
import type { Environment } from '../../environment.ts';
import { readInput } from '../../input.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { leaf } from '../leaf.ts';
import { changeUser } from './change.ts';
import { showUser } from './show.ts';

export interface PasswordFlags {
  readonly passwordFile?: string;
}

interface Flags extends FormatFlags, PasswordFlags {
  readonly none?: true;
}

/** Passwords are read where other users of the machine do not see them: a file, standard input, or the environment. */
export function passwordFlags(command: Command): Command {
  return command.option('--password-file <file>', 'file with the password, or - for standard input (or MINTMARK_NEW_PASSWORD)');
}

/** The password that is to be set; `undefined` where none is given. */
export function newPassword({ passwordFile }: PasswordFlags, { own }: ClientSettings): string | undefined {
  if (passwordFile === undefined) return own.newPassword?.reveal();
  const password = readInput(passwordFile, '-password-file').replace(/\r?\n$/, '');
  if (password === '') throw new UsageError('-password-file: there is no password in it');
  return password;
}

/** `mintmark user password`: sets a user's password, or takes it away; either ends all of the user's sessions. */
export function addUserPassword(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'password', about: "set a user's password; all sessions of the user end", takes: ['<user>'] }).option('--none', 'take the password away: the user signs in elsewhere');
  calls<Flags>(formatFlags(passwordFlags(command)), env, async ({ api, settings, flags }, user = '') => {
    const password = flags.none === true ? null : newPassword(flags, settings);
    if (password === undefined) throw new UsageError('give -password-file, or set MINTMARK_NEW_PASSWORD, or -none to take the password away');
    if (password === null && flags.passwordFile !== undefined) throw new UsageError('-none and -password-file exclude each other');
    showUser(await changeUser(api, user, () => ({ password })), flags);
    return 0;
  });
}
