/*
 * What administrative rights are asked for on, in the policy language's form.
 */

/** A token of the name `ci/<rest>` is `token::/ci::<rest>`; one without a slash stands at the root, and so does one whose name nobody knows. */
export function tokenResource(name: string): string {
  const slash = name.indexOf('/');
  if (slash > 0) return `token::/${name.slice(0, slash)}::${name.slice(slash + 1)}`;
  return name === '' ? 'token::/' : `token::/::${name}`;
}

export function policyResource(name: string): string {
  return `policy::/${name}`;
}

/** By name, or by id where there is no such role. */
export function roleResource(nameOrId: string): string {
  return `role::/${nameOrId}`;
}

/** The signing keys of a region. */
export function keyResource(region: string): string {
  return `key::/${region}`;
}

/** Who decides about global records. */
export function authorityResource(): string {
  return 'authority::/';
}

/** An API client of an account, which is named by its organization's alias. */
export function clientResource(account: string, name: string): string {
  return `client::/${account}::${name}`;
}
