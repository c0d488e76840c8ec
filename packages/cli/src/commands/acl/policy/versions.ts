import type { Command } from 'commander';
import { segment } from '../../../client/path.ts';
import type { Environment } from '../../../environment.ts';
import { json } from '../../../output/json.ts';
import { print } from '../../../output/print.ts';
import { table } from '../../../output/table.ts';
import { goTime } from '../../../output/time.ts';
import { calls, type FormatFlags, formatFlags } from '../../calls.ts';
import { leaf } from '../../leaf.ts';

interface VersionJson {
  readonly Version: number;
  /** `token:<AccessorID>`, or `system`. */
  readonly Author: string;
  readonly Time: string;
  readonly Description: string;
}

/** `mintmark acl policy versions`: who wrote which text of a policy when, also of one that was deleted. */
export function addPolicyVersions(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'versions', about: 'list the texts that an ACL policy had, the newest first', takes: ['<name>'] });
  calls<FormatFlags>(formatFlags(command), env, async ({ api, flags }, name = '') => {
    const versions = await api.read<readonly VersionJson[]>('Error listing versions of ACL policy', `/v1/acl/policy/${segment(name)}/versions`);
    print(flags.json === true ? json(versions) : versionTable(versions));
    return 0;
  });
}

export function versionTable(versions: readonly VersionJson[]): string {
  const rows = versions.map(({ Version, Author, Time, Description }) => [String(Version), goTime(Time), Author, Description]);
  return table(['Version', 'Time', 'Author', 'Description'], rows);
}
