import type { Membership } from './records.ts';

/** The roles that every organization has, the weakest first (seed: AppNeta's manual). A user of any other role has a custom one: an ACL role's name. */
export const BUILT_IN_ROLES = ['View Only', 'Standard', 'Advanced', 'Organization Admin'] as const;
export type BuiltInRole = (typeof BUILT_IN_ROLES)[number];

/** The predefined role of AppDynamics' accounts. It counts as a custom one elsewhere. */
export const ACCOUNT_OWNER = 'Account Owner';

export const ORGANIZATION_ADMIN: BuiltInRole = 'Organization Admin';

export function isBuiltInRole(role: string): role is BuiltInRole {
  return (BUILT_IN_ROLES as readonly string[]).includes(role);
}

/** The weaker of two built-in roles. */
export function weakerOf(a: BuiltInRole, b: BuiltInRole): BuiltInRole {
  return BUILT_IN_ROLES[Math.min(BUILT_IN_ROLES.indexOf(a), BUILT_IN_ROLES.indexOf(b))] as BuiltInRole;
}

/** The role that somebody has in an organization; `undefined` for none. */
export function roleIn(memberships: readonly Membership[], organization: string): string | undefined {
  return memberships.find((membership) => membership.organization === organization)?.role;
}
