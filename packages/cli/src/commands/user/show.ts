import type { UserJson } from '../../client/people.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { block } from '../../output/table.ts';
import { goTime } from '../../output/time.ts';
import type { FormatFlags } from '../calls.ts';

export function showUser(user: UserJson, flags: FormatFlags): void {
  print(flags.json === true ? json(user) : userBlock(user));
}

function userBlock(user: UserJson): string {
  return block([
    ['ID', user.id],
    ['Username', user.username],
    ['Password', user.hasPassword ? 'set' : 'none'],
    ['Disabled', String(user.disabled)],
    ['Platform Operator', String(user.platformOperator)],
    ['Organizations', roles(user)],
    ['Create Time', goTime(user.createTime)],
    ['Create Index', String(user.createIndex)],
    ['Modify Index', String(user.modifyIndex)],
  ]);
}

/** `ID:ROLE`, as the flags take them. */
export function roles({ organizations }: UserJson): string {
  return organizations.map(({ organization, role }) => `${organization}:${role}`).join(',');
}
