import type { Command } from 'commander';
import { TOKEN_MEMBERS, type TokenStubJson } from '../../../client/types.ts';
import type { Environment } from '../../../environment.ts';
import { json, members } from '../../../output/json.ts';
import { print } from '../../../output/print.ts';
import { table } from '../../../output/table.ts';
import { calls, type FormatFlags, formatFlags } from '../../calls.ts';
import { leaf } from '../../leaf.ts';

/** `mintmark acl token list`: every token of the region, without secrets. */
export function addTokenList(parent: Command, env: Environment): void {
  calls<FormatFlags>(formatFlags(leaf(parent, { name: 'list', about: 'list ACL tokens' })), env, async ({ api, flags }) => {
    const tokens = await api.read<readonly TokenStubJson[]>('Error listing tokens', '/v1/acl/tokens');
    const { systemWorld } = await import('@mintmark/kit/lifecycle');
    print(flags.json === true ? json(tokens.map((token) => members(token, TOKEN_MEMBERS))) : tokenTable(tokens, systemWorld.clock.now()));
    return 0;
  });
}

/** `now` in milliseconds: a token is expired by this machine's clock. */
export function tokenTable(tokens: readonly TokenStubJson[], now: number): string {
  if (tokens.length === 0) return 'No tokens found';
  const rows = tokens.map((token) => [token.Name, token.Type, String(token.Global), token.AccessorID, String(isExpired(token, now))]);
  return table(['Name', 'Type', 'Global', 'Accessor ID', 'Expired'], rows);
}

function isExpired({ ExpirationTime }: TokenStubJson, now: number): boolean {
  return ExpirationTime !== null && Date.parse(ExpirationTime) < now;
}
