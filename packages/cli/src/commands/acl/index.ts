import type { Command } from 'commander';
import type { Environment } from '../../environment.ts';
import { group } from '../leaf.ts';
import { addBootstrap } from './bootstrap.ts';
import { addPolicy } from './policy/index.ts';
import { addRole } from './role/index.ts';
import { addToken } from './token/index.ts';

/** `mintmark acl`: tokens, policies and roles, as Nomad's command line has them. */
export function addAcl(program: Command, env: Environment): void {
  const acl = group(program, 'acl', 'tokens, policies and roles of a region');
  for (const add of [addBootstrap, addToken, addPolicy, addRole]) add(acl, env);
}
