import type { Command } from 'commander';
import { clientPath, type GrantJson } from '../../client/clients.ts';
import type { Environment } from '../../environment.ts';
import { print } from '../../output/print.ts';
import type { FormatFlags } from '../calls.ts';
import { group, leaf } from '../leaf.ts';
import { administers } from './administration.ts';
import { secondsOf } from './seconds.ts';
import { showGrant } from './show.ts';

interface Flags extends FormatFlags {
  readonly expiration?: string;
}

/** `mintmark client temporary-token`: tokens of long life, made by administrators. */
export function addClientTemporaryToken(parent: Command, env: Environment): void {
  const token = group(parent, 'temporary-token', 'tokens of long life, made by administrators; each is shown once');
  for (const [name, path, about] of [
    ['generate', '', 'make a temporary token'],
    ['regenerate', '/regenerate', 'make another one; older ones live until they expire'],
  ] as const) {
    const command = leaf(token, { name, about, takes: ['<client>'] }).option('--expiration <time>', 'how long it counts: 3600, 3600s, 12h or 30d, at most 30 days (default 1d)');
    administers<Flags>(command, env, async (api, flags, which) => {
      const body = flags.expiration === undefined ? {} : { expirationSeconds: secondsOf('-expiration', flags.expiration) };
      showGrant(await api.write<GrantJson>('Error making temporary token', `${await clientPath(api, which)}/temporary-token${path}`, body), flags);
    });
  }
  administers(leaf(token, { name: 'revoke', about: 'revoke the current one', takes: ['<client>'] }), env, async (api, _, which) => {
    await api.write('Error revoking temporary token', `${await clientPath(api, which)}/temporary-token/revoke`, {});
    print(`Temporary token of ${which} successfully revoked`);
  });
}
