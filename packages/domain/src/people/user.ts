import type { Membership } from './records.ts';

const MAX_MEMBERSHIPS = 1_000;
const USERNAME = /^[^\s\p{Cc}:/]{1,128}$/u;

/** What is wrong with a name to sign in with: the field and its accepted form; `undefined` for nothing. */
export function usernameProblem(username: string): string | undefined {
  const fits = USERNAME.test(username) && username.isWellFormed() && username === username.normalize('NFC');
  return fits ? undefined : 'username must be 1 to 128 characters of normalized Unicode (NFC) without spaces, control characters, ":" and "/"';
}

/** What is wrong with the memberships asked for, whether or not what they name exists; `undefined` for nothing. */
export function membershipsProblem(memberships: readonly Membership[]): string | undefined {
  if (memberships.length > MAX_MEMBERSHIPS) return `organizations must be at most ${MAX_MEMBERSHIPS}`;
  const ids = new Set(memberships.map(({ organization }) => organization));
  return ids.size === memberships.length ? undefined : 'organizations must name each organization once';
}

/** What administrative rights on a user are asked for on: by username, or by id where there is none of it. */
export function userResource(usernameOrId: string): string {
  return `user::/${usernameOrId}`;
}
