import type { Command } from 'commander';
import type { Environment } from '../../environment.ts';
import { group } from '../leaf.ts';
import { addOrgNotBefore } from './not-before.ts';
import { addOrgDelete, addOrgInfo, addOrgList } from './read.ts';
import { addOrgCreate, addOrgUpdate } from './write.ts';

/** `mintmark org`: organizations, which other dialects call accounts and tenants. Named by ID or alias. */
export function addOrg(program: Command, env: Environment): void {
  const org = group(program, 'org', 'organizations (accounts, tenants); named by ID or alias');
  for (const add of [addOrgCreate, addOrgUpdate, addOrgNotBefore, addOrgInfo, addOrgList, addOrgDelete]) add(org, env);
}
