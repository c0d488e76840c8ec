import type { Command } from 'commander';
import type { Environment } from '../../environment.ts';
import { addDocuments } from '../cluster/documents.ts';
import { group } from '../leaf.ts';
import { addPolicyCheck } from './check.ts';
import { addPolicyDiff } from './diff.ts';
import { addPolicyFmt } from './fmt.ts';
import { addPolicyTest } from './test.ts';

/** `mintmark policy`: work on policy files, most of it without a region, and on the documents at the target. */
export function addPolicyFiles(program: Command, env: Environment): void {
  const policy = group(program, 'policy', 'format, check, test and compare policy files; documents at the target');
  addPolicyFmt(policy);
  addPolicyCheck(policy);
  addPolicyTest(policy);
  addPolicyDiff(policy, env);
  addDocuments(policy, env);
}
