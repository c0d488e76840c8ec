import type { Command } from 'commander';
import { segment } from '../../client/path.ts';
import { type OrganizationJson, organizationOf } from '../../client/people.ts';
import type { Environment } from '../../environment.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { leaf } from '../leaf.ts';
import { timeOr } from '../moment.ts';
import { showOrganization } from './show.ts';

/** `mintmark org not-before`: ends the access tokens of all API clients of an organization at once. */
export function addOrgNotBefore(parent: Command, env: Environment): void {
  const about = 'refuse the access tokens of its API clients that were issued before a time, or before now';
  const command = leaf(parent, { name: 'not-before', about, takes: ['<organization>', '[time]'] });
  calls<FormatFlags>(formatFlags(command), env, async ({ api, flags }, which = '', time) => {
    const { id, name, alias, parent: above } = await organizationOf(api, which);
    const body = { name, alias, parent: above, notBefore: await timeOr(time) };
    showOrganization(await api.replace<OrganizationJson>('Error updating organization', `/v1/organizations/${segment(id)}`, body), flags);
    return 0;
  });
}
