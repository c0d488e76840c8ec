import { UsageError } from '../../client/failure.ts';
import type { Api } from '../../client/http.ts';
import { type MembershipJson, organizationOf } from '../../client/people.ts';

/** `ORG:ROLE` flags as memberships; the organization by its ID or alias. */
export async function membershipsIn(api: Api, given: readonly string[]): Promise<readonly MembershipJson[]> {
  const made: MembershipJson[] = [];
  for (const text of given) {
    const at = text.indexOf(':');
    if (at < 1 || at === text.length - 1) throw new UsageError(`-org must be ORGANIZATION:ROLE, not ${JSON.stringify(text)}`);
    made.push({ organization: (await organizationOf(api, text.slice(0, at))).id, role: text.slice(at + 1) });
  }
  return made;
}

/** The memberships with this one in place of any other in the same organization. */
export function withMembership(memberships: readonly MembershipJson[], added: MembershipJson): readonly MembershipJson[] {
  return [...memberships.filter(({ organization }) => organization !== added.organization), added];
}
