import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import { segment } from '../../client/path.ts';
import { type OrganizationJson, organizationOf } from '../../client/people.ts';
import type { Environment } from '../../environment.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { leaf } from '../leaf.ts';
import { showOrganization } from './show.ts';

interface Flags extends FormatFlags {
  readonly name?: string;
  readonly alias?: string;
  /** `false` for `-no-parent`. */
  readonly parent?: string | false;
}

function writeFlags(command: Command): Command {
  return command
    .option('--name <text>', 'a name for people')
    .option('--alias <alias>', 'the short name that logins give as tenant alias or account')
    .option('--parent <organization>', 'the organization that it belongs to, by ID or alias');
}

/** `mintmark org create`. */
export function addOrgCreate(parent: Command, env: Environment): void {
  calls<Flags>(formatFlags(writeFlags(leaf(parent, { name: 'create', about: 'create an organization' }))), env, async ({ api, flags }) => {
    const { name, alias, parent: above } = flags;
    if (name === undefined || alias === undefined) throw new UsageError('-name and -alias must be given');
    const body = { name, alias, ...(typeof above === 'string' ? { parent: (await organizationOf(api, above)).id } : {}) };
    showOrganization(await api.write<OrganizationJson>('Error creating organization', '/v1/organizations', body), flags);
    return 0;
  });
}

/** `mintmark org update`: what is not given stays. */
export function addOrgUpdate(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'update', about: 'change an organization; what is not given stays', takes: ['<organization>'] });
  writeFlags(command).option('--no-parent', 'it belongs to no other');
  calls<Flags>(formatFlags(command), env, async ({ api, flags }, which = '') => {
    // Commander's default of a flag that can be negated is `true`.
    const above = flags.parent === (true as unknown) ? undefined : flags.parent;
    if (flags.name === undefined && flags.alias === undefined && above === undefined) throw new UsageError('Please provide at least one flag to update the organization');
    const stored = await organizationOf(api, which);
    const parentId = above === undefined ? stored.parent : above === false ? null : (await organizationOf(api, above)).id;
    const body = { name: flags.name ?? stored.name, alias: flags.alias ?? stored.alias, parent: parentId };
    showOrganization(await api.replace<OrganizationJson>('Error updating organization', `/v1/organizations/${segment(stored.id)}`, body), flags);
    return 0;
  });
}
