import type { Api } from '../../client/http.ts';
import { type MembershipJson, type UserJson, userOf } from '../../client/people.ts';
import { segment } from '../../client/path.ts';

/** What a command changes of a user. `password`: a text sets it, `null` takes it away. */
export interface UserChange {
  readonly username?: string;
  readonly password?: string | null;
  readonly organizations?: readonly MembershipJson[];
  readonly platformOperator?: boolean;
  readonly disabled?: boolean;
}

/** Changes a user, and keeps what the change does not name: the API replaces the whole record but for its password. */
export async function changeUser(api: Api, idOrName: string, change: (user: UserJson) => UserChange | Promise<UserChange>): Promise<UserJson> {
  const user = await userOf(api, idOrName);
  const { username, organizations, platformOperator, disabled } = user;
  const body = { username, organizations, platformOperator, disabled, ...(await change(user)) };
  return api.replace<UserJson>('Error updating user', `/v1/users/${segment(user.id)}`, body);
}
