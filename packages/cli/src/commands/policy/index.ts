import type { Command } from 'commander';
import { group } from '../leaf.ts';
import { addPolicyCheck } from './check.ts';
import { addPolicyFmt } from './fmt.ts';

/** `mintmark policy`: work on policy files, most of it without a region. */
export function addPolicyFiles(program: Command): void {
  const policy = group(program, 'policy', 'format and check policy files');
  addPolicyFmt(policy);
  addPolicyCheck(policy);
}
