import type { Command } from 'commander';
import { segment } from '../../../client/path.ts';
import { POLICY_MEMBERS, type PolicyJson } from '../../../client/types.ts';
import type { Environment } from '../../../environment.ts';
import { json, members } from '../../../output/json.ts';
import { print } from '../../../output/print.ts';
import { block } from '../../../output/table.ts';
import { calls, type FormatFlags, formatFlags } from '../../calls.ts';
import { leaf } from '../../leaf.ts';

/** `mintmark acl policy info`: one policy with its rules. */
export function addPolicyInfo(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'info', about: 'show an ACL policy', takes: ['<name>'] });
  calls<FormatFlags>(formatFlags(command), env, async ({ api, flags }, name = '') => {
    const policy = await api.read<PolicyJson>('Error fetching info on ACL policy', `/v1/acl/policy/${segment(name)}`);
    print(flags.json === true ? json(members(policy, POLICY_MEMBERS)) : policyText(policy));
    return 0;
  });
}

export function policyText(policy: PolicyJson): string {
  const about = block([
    ['Name', policy.Name],
    ['Description', policy.Description],
    ['CreateIndex', String(policy.CreateIndex)],
    ['ModifyIndex', String(policy.ModifyIndex)],
  ]);
  return `${about}${workload(policy)}\n\nRules\n\n${policy.Rules}`;
}

function workload({ JobACL }: PolicyJson): string {
  if (JobACL === undefined || JobACL === null) return '';
  const { Namespace, JobID, Group, Task } = JobACL;
  return `\n\nAssociated Workload\n${block([['Namespace', Namespace], ['JobID', JobID], ['Group', Group], ['Task', Task]])}`;
}
