import type { AccessTokenJson } from '../../client/people.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { block, table } from '../../output/table.ts';
import { goTime } from '../../output/time.ts';
import type { FormatFlags } from '../calls.ts';

export function showAccessToken(token: AccessTokenJson, flags: FormatFlags): void {
  print(flags.json === true ? json(token) : tokenBlock(token));
}

export function accessTokenTable(tokens: readonly AccessTokenJson[]): string {
  if (tokens.length === 0) return 'No access tokens found';
  return table(
    ['ID', 'Name', 'Status', 'Expiry', 'Role', 'Organizations', 'Created By'],
    tokens.map((token) => [token.id, token.name, token.status, goTime(token.expiry), token.role, organizations(token), token.createdBy]),
  );
}

function tokenBlock(token: AccessTokenJson): string {
  return block([
    ['ID', token.id],
    ...(token.token === undefined ? [] : [['Token', token.token] as const]),
    ['Name', token.name],
    ['Status', token.revokedReason === null ? token.status : `${token.status} (${token.revokedReason})`],
    ['Expiry', goTime(token.expiry)],
    ['Role', token.role],
    ['Organizations', organizations(token)],
    ['Created By', token.createdBy],
    ['Created At', goTime(token.createdAt)],
    ['Last Used', token.lastUsed === null ? '' : `${goTime(token.lastUsed.at)} in ${token.lastUsed.region}`],
  ]);
}

function organizations({ dynamicAccess, organizations: reached }: AccessTokenJson): string {
  return `${dynamicAccess ? 'dynamic: ' : ''}${reached.join(',')}`.trim();
}
