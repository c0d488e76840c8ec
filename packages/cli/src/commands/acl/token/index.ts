import type { Command } from 'commander';
import type { Environment } from '../../../environment.ts';
import { group } from '../../leaf.ts';
import { addTokenCreate } from './create.ts';
import { addTokenDelete } from './delete.ts';
import { addTokenInfo } from './info.ts';
import { addTokenList } from './list.ts';
import { addTokenSelf } from './self.ts';
import { addTokenUpdate } from './update.ts';

/** `mintmark acl token`. */
export function addToken(acl: Command, env: Environment): void {
  const token = group(acl, 'token', 'mint, show, change and revoke ACL tokens');
  for (const add of [addTokenCreate, addTokenUpdate, addTokenDelete, addTokenInfo, addTokenList, addTokenSelf]) add(token, env);
}
