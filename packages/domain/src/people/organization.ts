import { shortTextProblem } from './text.ts';

/** An organization as it is asked for. */
export interface OrganizationDraft {
  readonly name: string;
  readonly alias: string;
}

/** It stands behind the `@` of credentials and in names of resources. */
const ALIAS = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What is wrong with an organization: the field and its accepted form; `undefined` for nothing. */
export function organizationProblem({ name, alias }: OrganizationDraft): string | undefined {
  if (!ALIAS.test(alias)) return 'alias must be 1 to 64 letters, digits, ".", "_" or "-", the first one a letter or a digit';
  return shortTextProblem('name', name);
}

/** What administrative rights on an organization are asked for on: by its alias, or by its id where there is none of it. */
export function organizationResource(aliasOrId: string): string {
  return `organization::/${aliasOrId}`;
}
