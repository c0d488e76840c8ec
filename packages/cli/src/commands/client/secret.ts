import type { Command } from 'commander';
import { type ClientJson, clientPath } from '../../client/clients.ts';
import type { Environment } from '../../environment.ts';
import type { FormatFlags } from '../calls.ts';
import { group, leaf } from '../leaf.ts';
import { administers } from './administration.ts';
import { showClient } from './show.ts';

interface AddFlags extends FormatFlags {
  readonly revokeOthers?: true;
}

/** `mintmark client secret`: two secrets are live at most, so that one can be changed without a moment at which nobody can sign in. */
export function addClientSecret(parent: Command, env: Environment): void {
  const secret = group(parent, 'secret', 'the secrets of an API client: the newest, and the one before it');
  const add = leaf(secret, { name: 'add', about: 'give an API client another secret, which is shown this once; the one before it lives on', takes: ['<client>'] });
  add.option('--revoke-others', 'end all other secrets at once');
  administers<AddFlags>(add, env, async (api, flags, which) => {
    const body = { revokeOthers: flags.revokeOthers === true };
    showClient(await api.write<ClientJson>('Error adding secret', `${await clientPath(api, which)}/secret`, body), flags);
  });
  administers(leaf(secret, { name: 'remove', about: 'end the secrets of an API client but the newest', takes: ['<client>'] }), env, async (api, flags, which) => {
    showClient(await api.remove<ClientJson>('Error removing secret', `${await clientPath(api, which)}/secret`), flags);
  });
}
