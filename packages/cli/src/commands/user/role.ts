import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import { organizationOf } from '../../client/people.ts';
import type { Environment } from '../../environment.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { group, leaf } from '../leaf.ts';
import { changeUser } from './change.ts';
import { withMembership } from './memberships.ts';
import { showUser } from './show.ts';

/** `mintmark user role`: what a user is in each organization. */
export function addUserRole(parent: Command, env: Environment): void {
  const role = group(parent, 'role', 'what a user is in each organization');
  const set = leaf(role, { name: 'set', about: 'give a user a role in an organization', takes: ['<user>', '<organization>', '<role>'] });
  calls<FormatFlags>(formatFlags(set), env, async ({ api, flags }, user = '', organization = '', name = '') => {
    const { id } = await organizationOf(api, organization);
    showUser(await changeUser(api, user, ({ organizations }) => ({ organizations: withMembership(organizations, { organization: id, role: name }) })), flags);
    return 0;
  });
  const remove = leaf(role, { name: 'remove', about: 'take a user out of an organization', takes: ['<user>', '<organization>'] });
  calls<FormatFlags>(formatFlags(remove), env, async ({ api, flags }, user = '', organization = '') => {
    const { id } = await organizationOf(api, organization);
    const left = await changeUser(api, user, ({ username, organizations }) => {
      if (organizations.every((membership) => membership.organization !== id)) throw new UsageError(`${username} is not in ${organization}`);
      return { organizations: organizations.filter((membership) => membership.organization !== id) };
    });
    showUser(left, flags);
    return 0;
  });
}
