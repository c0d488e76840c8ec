import type { Command } from 'commander';
import { segment } from '../../client/path.ts';
import { type OrganizationJson, organizationOf } from '../../client/people.ts';
import type { Environment } from '../../environment.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { leaf } from '../leaf.ts';
import { showOrganization } from './show.ts';

/** `mintmark org list`: the organizations that the caller may see. */
export function addOrgList(parent: Command, env: Environment): void {
  calls<FormatFlags>(formatFlags(leaf(parent, { name: 'list', about: 'list organizations' })), env, async ({ api, flags }) => {
    const all = await api.read<readonly OrganizationJson[]>('Error listing organizations', '/v1/organizations');
    print(flags.json === true ? json(all) : organizationTable(all));
    return 0;
  });
}

/** `mintmark org info`: one organization, by ID or alias. */
export function addOrgInfo(parent: Command, env: Environment): void {
  calls<FormatFlags>(formatFlags(leaf(parent, { name: 'info', about: 'show an organization', takes: ['<organization>'] })), env, async ({ api, flags }, which = '') => {
    showOrganization(await organizationOf(api, which), flags);
    return 0;
  });
}

/** `mintmark org delete`: nobody is in it any more. */
export function addOrgDelete(parent: Command, env: Environment): void {
  calls(leaf(parent, { name: 'delete', about: 'delete an organization that no other belongs to', takes: ['<organization>'] }), env, async ({ api }, which = '') => {
    const { id, alias } = await organizationOf(api, which);
    await api.remove('Error deleting organization', `/v1/organizations/${segment(id)}`);
    print(`Organization ${alias} successfully deleted`);
    return 0;
  });
}

function organizationTable(all: readonly OrganizationJson[]): string {
  if (all.length === 0) return 'No organizations found';
  return table(['ID', 'Alias', 'Name', 'Parent'], all.map(({ id, alias, name, parent }) => [id, alias, name, parent ?? '']));
}
