import type { Command } from 'commander';
import type { Environment } from '../../environment.ts';
import { group } from '../leaf.ts';
import { addUserCreate } from './create.ts';
import { addUserPassword } from './password.ts';
import { addUserDelete, addUserInfo, addUserList } from './read.ts';
import { addUserRole } from './role.ts';
import { addUserSession } from './session.ts';
import { addUserSwitches, addUserUpdate } from './update.ts';

/** `mintmark user`: who signs in. A user is named by ID or username. */
export function addUser(program: Command, env: Environment): void {
  const user = group(program, 'user', 'who signs in; named by ID or username');
  for (const add of [addUserCreate, addUserUpdate, addUserInfo, addUserList, addUserDelete, addUserSwitches, addUserPassword, addUserRole, addUserSession]) add(user, env);
}
