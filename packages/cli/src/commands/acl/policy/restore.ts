import type { Command } from 'commander';
import { UsageError } from '../../../client/failure.ts';
import { segment } from '../../../client/path.ts';
import type { Environment } from '../../../environment.ts';
import { print } from '../../../output/print.ts';
import { calls } from '../../calls.ts';
import { leaf } from '../../leaf.ts';

/** `mintmark acl policy restore`: writes an earlier text again, as the newest version. */
export function addPolicyRestore(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'restore', about: 'write an earlier text of an ACL policy again; see versions', takes: ['<name>', '<version>'] });
  calls(command, env, async ({ api }, name = '', version = '') => {
    await api.write('Error restoring ACL policy', `/v1/acl/policy/${segment(name)}/restore`, { Version: versionNumber('<version>', version) });
    print(`Successfully restored version ${version} of ${JSON.stringify(name)} ACL policy!`);
    return 0;
  });
}

/** A number as `versions` lists them. */
export function versionNumber(what: string, text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new UsageError(`${what} must be a number that \`mintmark acl policy versions\` lists, not ${JSON.stringify(text)}`);
  return Number(text);
}
