import type { Command } from 'commander';
import type { Environment } from '../../../environment.ts';
import { group } from '../../leaf.ts';
import { addPolicyApply } from './apply.ts';
import { addPolicyDelete } from './delete.ts';
import { addPolicyInfo } from './info.ts';
import { addPolicyList } from './list.ts';
import { addPolicyRestore } from './restore.ts';
import { addPolicySelf } from './self.ts';
import { addPolicyVersions } from './versions.ts';

/** `mintmark acl policy`. */
export function addPolicy(acl: Command, env: Environment): void {
  const policy = group(acl, 'policy', 'write, show and restore ACL policies');
  for (const add of [addPolicyApply, addPolicyList, addPolicySelf, addPolicyInfo, addPolicyDelete, addPolicyVersions, addPolicyRestore]) add(policy, env);
}
