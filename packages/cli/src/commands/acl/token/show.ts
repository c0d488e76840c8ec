import { TOKEN_MEMBERS, type TokenJson } from '../../../client/types.ts';
import { json, members } from '../../../output/json.ts';
import { print } from '../../../output/print.ts';
import { block, NONE, table } from '../../../output/table.ts';
import { goTime } from '../../../output/time.ts';
import type { FormatFlags } from '../../calls.ts';

/** Prints a token with its secret: the one output that shows it. */
export function showToken(token: TokenJson, flags: FormatFlags): void {
  print(flags.json === true ? json(members(token, TOKEN_MEMBERS)) : tokenBlock(token));
}

export function tokenBlock(token: TokenJson): string {
  const common: [string, string][] = [
    ['Accessor ID', token.AccessorID],
    ['Secret ID', token.SecretID],
    ['Name', token.Name],
    ['Type', token.Type],
    ['Global', String(token.Global)],
    ['Create Time', goTime(token.CreateTime)],
    ['Expiry Time', token.ExpirationTime === null ? '' : goTime(token.ExpirationTime)],
    ['Create Index', String(token.CreateIndex)],
    ['Modify Index', String(token.ModifyIndex)],
  ];
  if (token.Type === 'management') return block([...common, ['Policies', 'n/a'], ['Roles', 'n/a']]);
  const roles = (token.Roles ?? []).map(({ ID = '', Name = '' }) => [ID, Name]);
  const links = roles.length === 0 ? NONE : table(['ID', 'Name'], roles);
  return `${block([...common, ['Policies', `[${(token.Policies ?? []).join(' ')}]`]])}\n\nRoles\n${links}`;
}
