import type { Command } from 'commander';
import type { RoleJson } from '../../../client/types.ts';
import { UsageError } from '../../../client/failure.ts';
import type { Environment } from '../../../environment.ts';
import { calls, type FormatFlags, formatFlags } from '../../calls.ts';
import { collect, leaf } from '../../leaf.ts';
import { policyLinks, showRole } from './show.ts';

interface Flags extends FormatFlags {
  readonly name?: string;
  readonly description?: string;
  readonly policy?: readonly string[];
}

/** `mintmark acl role create`: names a set of policies. */
export function addRoleCreate(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'create', about: 'create an ACL role' })
    .option('--name <name>', 'its name: 1 to 128 of a-z, A-Z, 0-9 and "-"')
    .option('--description <text>', 'what it is for')
    .option('--policy <name>', 'a policy of the role; may be given several times', collect);
  calls<Flags>(formatFlags(command), env, async ({ api, flags }) => {
    showRole(await api.write<RoleJson>('Error creating ACL role', '/v1/acl/role', newRole(flags)), flags);
    return 0;
  });
}

/** A whole role; both the name and a policy are needed. */
export function newRole({ name, description = '', policy = [] }: Flags): object {
  if (name === undefined) throw new UsageError('ACL role name must be specified using the -name flag');
  if (policy.length === 0) throw new UsageError('At least one policy name must be specified using the -policy flag');
  return { Name: name, Description: description, Policies: policyLinks(policy) };
}
