import type { Command } from 'commander';
import { POLICY_MEMBERS, type PolicyStubJson } from '../../../client/types.ts';
import type { Environment } from '../../../environment.ts';
import { json, members } from '../../../output/json.ts';
import { print } from '../../../output/print.ts';
import { table } from '../../../output/table.ts';
import { calls, type FormatFlags, formatFlags } from '../../calls.ts';
import { leaf } from '../../leaf.ts';

/** `mintmark acl policy list`: all policies for a management token, else those that the token has. */
export function addPolicyList(parent: Command, env: Environment): void {
  calls<FormatFlags>(formatFlags(leaf(parent, { name: 'list', about: 'list ACL policies' })), env, async ({ api, flags }) => {
    showPolicies(await api.read<readonly PolicyStubJson[]>('Error listing ACL policies', '/v1/acl/policies'), flags);
    return 0;
  });
}

export function showPolicies(policies: readonly PolicyStubJson[], flags: FormatFlags): void {
  print(flags.json === true ? json(policies.map((policy) => members(policy, POLICY_MEMBERS))) : policyTable(policies));
}

export function policyTable(policies: readonly PolicyStubJson[]): string {
  if (policies.length === 0) return 'No policies found';
  return table(['Name', 'Description'], policies.map(({ Name, Description }) => [Name, Description]));
}
