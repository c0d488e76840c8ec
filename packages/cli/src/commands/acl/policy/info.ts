import type { Command } from 'commander';
import { segment } from '../../../client/path.ts';
import { POLICY_MEMBERS, type PolicyJson } from '../../../client/types.ts';
import type { Environment } from '../../../environment.ts';
import { json, members } from '../../../output/json.ts';
import { print } from '../../../output/print.ts';
import { block } from '../../../output/table.ts';
import { calls, type FormatFlags, formatFlags } from '../../calls.ts';
import { leaf } from '../../leaf.ts';
import { versionNumber } from './restore.ts';

interface Flags extends FormatFlags {
  readonly version?: string;
}

/** `mintmark acl policy info`: one policy with its rules. */
export function addPolicyInfo(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'info', about: 'show an ACL policy', takes: ['<name>'] }).option('--version <number>', 'show this one of the texts that it had');
  calls<Flags>(formatFlags(command), env, async ({ api, flags }, name = '') => {
    const version = flags.version === undefined ? '' : `/versions/${versionNumber('-version', flags.version)}`;
    const policy = await api.read<PolicyJson>('Error fetching info on ACL policy', `/v1/acl/policy/${segment(name)}${version}`);
    print(flags.json === true ? json(members(policy, POLICY_MEMBERS)) : policyText(policy));
    return 0;
  });
}

export function policyText(policy: PolicyJson): string {
  const about = block([
    ['Name', policy.Name],
    ['Description', policy.Description],
    ...indexes(policy),
  ]);
  return `${about}${workload(policy)}\n\nRules\n\n${policy.Rules}`;
}

/** An earlier text has none. */
function indexes({ CreateIndex, ModifyIndex }: Partial<PolicyJson>): readonly [string, string][] {
  return CreateIndex === undefined ? [] : [['CreateIndex', String(CreateIndex)], ['ModifyIndex', String(ModifyIndex)]];
}

function workload({ JobACL }: PolicyJson): string {
  if (JobACL === undefined || JobACL === null) return '';
  const { Namespace, JobID, Group, Task } = JobACL;
  return `\n\nAssociated Workload\n${block([['Namespace', Namespace], ['JobID', JobID], ['Group', Group], ['Task', Task]])}`;
}
