import type { Command } from 'commander';
import { segment } from '../../client/path.ts';
import type { PolicyJson } from '../../client/types.ts';
import type { Environment } from '../../environment.ts';
import { readInput } from '../../input.ts';
import { print } from '../../output/print.ts';
import { calls } from '../calls.ts';
import { leaf } from '../leaf.ts';
import { documentOf, shownName } from './files.ts';

/** `mintmark policy diff`: what applying a file would change. Layout and Nomad HCL do not count: both sides are compared in canonical form. */
export function addPolicyDiff(policy: Command, env: Environment): void {
  const command = leaf(policy, { name: 'diff', about: 'show what applying a file would change of a stored ACL policy; exit code 1 if anything', takes: ['<name>', '<path>'] });
  calls(command, env, async ({ api }, name = '', path = '') => {
    const given = await canonical(path, readInput(path, 'the rules'));
    const { Rules } = await api.read<PolicyJson>('Error fetching info on ACL policy', `/v1/acl/policy/${segment(name)}`);
    const stored = await canonical(name, Rules);
    if (given === stored) return 0;
    const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import('diff');
    print(createTwoFilesPatch(name, shownName(path), stored, given, 'stored', 'local', { headerOptions: FILE_HEADERS_ONLY }));
    return 1;
  });
}

async function canonical(name: string, text: string): Promise<string> {
  const { print: printed } = await import('@mintmark/policy');
  return printed(await documentOf(name, text));
}
