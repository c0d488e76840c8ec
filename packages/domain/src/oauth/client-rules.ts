import type { ApiClientBody } from './records.ts';

/** Life of tokens from the API where nothing else is set, of temporary tokens, and the longest of either: seconds (seed 2.1 numbers 4 and 13). */
export const DEFAULT_EXPIRATION_S = 300;
export const TEMPORARY_EXPIRATION_S = 86_400;
export const MAX_EXPIRATION_S = 2_592_000;

const MAX_NAME = 128;
const MAX_DESCRIPTION = 1_024;
const MAX_ROLES = 64;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const UNFIT = /[\u0000-\u001f\u007f:]|^\s|\s$/;

/** Predefined roles of the dialect (seed 2.3). Any other name is an ACL role's. */
export const PREDEFINED_ROLES: readonly string[] = [
  'Account Owner',
  'Account Administrator',
  'Administrator',
  'Analytics Administrator',
  'Applications and Dashboards Viewer',
  'Dashboards Viewer',
  'DB Monitoring User',
  'DB Monitoring Administrator',
  'Server Monitoring Administrator',
  'Server Monitoring User',
  'Universal Agent User',
  'Universal Agent Administrator',
  'User',
  'Workflow Executor',
];

/** What is wrong with a client whatever the records say; `undefined` where nothing is. */
export function clientProblem(client: Pick<ApiClientBody, 'name' | 'description' | 'defaultExpirationSeconds' | 'roles'>): string | undefined {
  const { name, description, defaultExpirationSeconds, roles } = client;
  if (name.length === 0 || name.length > MAX_NAME || UNFIT.test(name)) {
    return `name must be 1 to ${MAX_NAME} characters without colons, control characters, or spaces at its ends`;
  }
  if (description.length > MAX_DESCRIPTION) return `description must be at most ${MAX_DESCRIPTION} characters`;
  const problem = expirationProblem('defaultExpirationSeconds', defaultExpirationSeconds);
  if (problem !== undefined) return problem;
  if (roles.length > MAX_ROLES) return `roles must be at most ${MAX_ROLES}`;
  return new Set(roles).size === roles.length ? undefined : 'roles must not name one twice';
}

export function expirationProblem(field: string, seconds: number): string | undefined {
  if (Number.isSafeInteger(seconds) && seconds >= 1 && seconds <= MAX_EXPIRATION_S) return undefined;
  return `${field} must be a whole number of seconds from 1 to ${MAX_EXPIRATION_S} (30 days)`;
}
