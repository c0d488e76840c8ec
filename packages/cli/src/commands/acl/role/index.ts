import type { Command } from 'commander';
import type { Environment } from '../../../environment.ts';
import { group } from '../../leaf.ts';
import { addRoleCreate } from './create.ts';
import { addRoleDelete } from './delete.ts';
import { addRoleInfo } from './info.ts';
import { addRoleList } from './list.ts';
import { addRoleUpdate } from './update.ts';

/** `mintmark acl role`. */
export function addRole(acl: Command, env: Environment): void {
  const role = group(acl, 'role', 'name sets of policies');
  for (const add of [addRoleCreate, addRoleUpdate, addRoleInfo, addRoleList, addRoleDelete]) add(role, env);
}
