import type { ClientJson, GrantJson } from '../../client/clients.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { block, table } from '../../output/table.ts';
import { goTime } from '../../output/time.ts';
import type { FormatFlags } from '../calls.ts';

export function showClient(client: ClientJson, flags: FormatFlags): void {
  print(flags.json === true ? json(client) : clientBlock(client));
}

export function clientTable(clients: readonly ClientJson[]): string {
  if (clients.length === 0) return 'No API clients found';
  return table(
    ['ID', 'Name', 'Account', 'Enabled', 'Expiration', 'Roles'],
    clients.map(({ id, name, account, enabled, defaultExpirationSeconds, roles }) => [id, name, account, String(enabled), `${defaultExpirationSeconds}s`, roles.join(',')]),
  );
}

export function showGrant(grant: GrantJson, flags: FormatFlags): void {
  const { access_token: token, token_type: type, expires_in: expiresIn, scope } = grant;
  const lines = [
    ['Access Token', token],
    ...(type === undefined ? [] : [['Token Type', type] as const]),
    ['Expires In', `${expiresIn}s`],
    ...(scope === undefined ? [] : [['Scope', scope] as const]),
  ] as const;
  print(flags.json === true ? json(grant) : block(lines));
}

function clientBlock(client: ClientJson): string {
  return block([
    ['ID', client.id],
    ['Client ID', `${client.name}@${client.account}`],
    ...(client.clientSecret === undefined ? [] : [['Client Secret', client.clientSecret] as const]),
    ['Name', client.name],
    ['Account', client.account],
    ['Description', client.description],
    ['Expiration', `${client.defaultExpirationSeconds}s`],
    ['Roles', client.roles.join(',')],
    ['Enabled', String(client.enabled)],
    ['DPoP', String(client.dpop)],
    ['Secrets', client.secrets.map(({ createTime }) => goTime(createTime)).join(', ')],
    ['Keys', client.jwks === null ? '' : String(client.jwks.keys.length)],
    ['Temporary Token', client.temporaryToken === null ? '' : `until ${goTime(client.temporaryToken.expiresAt)}`],
    ['Not Before', client.notBefore === null ? '' : goTime(client.notBefore)],
    ['Create Time', goTime(client.createTime)],
    ['Create Index', String(client.createIndex)],
    ['Modify Index', String(client.modifyIndex)],
  ]);
}
