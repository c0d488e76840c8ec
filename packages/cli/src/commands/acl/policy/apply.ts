import type { Command } from 'commander';
import { segment } from '../../../client/path.ts';
import type { Environment } from '../../../environment.ts';
import { readInput } from '../../../input.ts';
import { print } from '../../../output/print.ts';
import { calls } from '../../calls.ts';
import { leaf } from '../../leaf.ts';

interface Flags {
  readonly description?: string;
  readonly namespace?: string;
  readonly job?: string;
  readonly group?: string;
  readonly task?: string;
}

/** `mintmark acl policy apply`: writes a policy of that name, whether there is one or not. */
export function addPolicyApply(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'apply', about: 'create or replace an ACL policy by the rules in a file, or - for standard input', takes: ['<name>', '<path>'] })
    .option('--description <text>', 'what it is for')
    .option('--namespace <name>', 'attach it to the workloads of a namespace')
    .option('--job <id>', 'attach it to a job; needs -namespace')
    .option('--group <name>', 'attach it to a group of the job; needs -job')
    .option('--task <name>', 'attach it to a task of the group; needs -group');
  calls<Flags>(command, env, async ({ api, flags }, name = '', path = '') => {
    const body = { Name: name, Description: flags.description ?? '', Rules: readInput(path, 'the rules'), ...workload(flags) };
    await api.write('Error writing policy', `/v1/acl/policy/${segment(name)}`, body);
    print(`Successfully wrote ${JSON.stringify(name)} ACL policy!`);
    return 0;
  });
}

function workload({ namespace, job, group, task }: Flags): object {
  if (namespace === undefined && job === undefined && group === undefined && task === undefined) return {};
  return { JobACL: { Namespace: namespace ?? '', JobID: job ?? '', Group: group ?? '', Task: task ?? '' } };
}
