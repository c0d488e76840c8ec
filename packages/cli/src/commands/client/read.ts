import type { Command } from 'commander';
import { CLIENTS, type ClientJson, clientOf } from '../../client/clients.ts';
import { segment } from '../../client/path.ts';
import type { Environment } from '../../environment.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import type { FormatFlags } from '../calls.ts';
import { leaf } from '../leaf.ts';
import { administers } from './administration.ts';
import { clientTable, showClient } from './show.ts';

interface ListFlags extends FormatFlags {
  readonly account?: string;
}

/** `mintmark client list`: those that the caller may see. */
export function addClientList(parent: Command, env: Environment): void {
  const command = leaf(parent, { name: 'list', about: 'list API clients' }).option('--account <alias>', 'of this account only');
  administers<ListFlags>(command, env, async (api, flags) => {
    const query = flags.account === undefined ? '' : `?account=${encodeURIComponent(flags.account)}`;
    const clients = await api.read<readonly ClientJson[]>('Error listing API clients', `${CLIENTS}${query}`);
    print(flags.json === true ? json(clients) : clientTable(clients));
  });
}

/** `mintmark client info`: neither a secret nor a token is in it. */
export function addClientInfo(parent: Command, env: Environment): void {
  administers(leaf(parent, { name: 'info', about: 'show an API client', takes: ['<client>'] }), env, async (api, flags, which) => {
    showClient(await clientOf(api, which), flags);
  });
}

/** `mintmark client delete`. */
export function addClientDelete(parent: Command, env: Environment): void {
  administers(leaf(parent, { name: 'delete', about: 'delete an API client; every token of it ends', takes: ['<client>'] }), env, async (api, _, which) => {
    const { id, name, account } = await clientOf(api, which);
    await api.remove('Error deleting API client', `${CLIENTS}/${segment(id)}`);
    print(`API client ${name}@${account} successfully deleted`);
  });
}
