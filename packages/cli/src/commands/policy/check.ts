import type { Command } from 'commander';
import { readInput } from '../../input.ts';
import { leaf } from '../leaf.ts';
import { printDiagnostics } from './files.ts';
import { worksHere } from './local.ts';

/** `mintmark policy check`: what is wrong with policy files, with line and column. Exit code 1 where there is an error; warnings alone are none. */
export function addPolicyCheck(policy: Command): void {
  const command = leaf(policy, { name: 'check', about: 'check policy files, or - for standard input', takes: ['<path...>'] });
  worksHere(command, async (_flags, paths = []) => {
    const { check } = await import('@mintmark/policy');
    let bad = false;
    for (const path of paths) bad = printDiagnostics(path, check(readInput(path, 'the policy'))) || bad;
    return bad ? 1 : 0;
  });
}
