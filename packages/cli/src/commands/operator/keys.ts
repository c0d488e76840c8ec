import type { Command } from 'commander';
import type { Environment } from '../../environment.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { group, leaf } from '../leaf.ts';

interface KeyJson {
  readonly kid: string;
  readonly region: string;
  readonly sequence: number;
  readonly algorithm: string;
  readonly state: string;
  readonly createdAt: string | null;
  readonly activeFrom: string | null;
  readonly goneAt: string | null;
  readonly withdrawn: boolean;
}

/** `mintmark operator keys`: the keys that tokens are signed with. */
export function addKeys(operator: Command, env: Environment): void {
  const keys = group(operator, 'keys', 'signing keys of the regions');
  calls<FormatFlags>(formatFlags(leaf(keys, { name: 'list', about: 'list the signing keys of every region' })), env, async ({ api, flags }) => {
    const found = await api.read<readonly KeyJson[]>('Error listing signing keys', '/v1/operator/keys');
    print(flags.json === true ? json(found) : keyTable(found));
    return 0;
  });
  calls(leaf(keys, { name: 'rotate', about: 'let the next key of the region that is asked sign from now on' }), env, async ({ api }) => {
    const { kid, region, algorithm } = await api.write<KeyJson>('Error rotating signing keys', '/v1/operator/keys/rotate', {});
    print(`Region ${region} signs with ${kid} (${algorithm}) from now on; what the key before has signed is accepted until it expires`);
    return 0;
  });
  const about = 'end a key, and everything that it has signed, in every region';
  calls(leaf(keys, { name: 'withdraw', about, takes: ['<kid>'] }), env, async ({ api }, kid = '') => {
    const { region } = await api.write<KeyJson>('Error withdrawing the signing key', '/v1/operator/keys/withdraw', { kid });
    print(`Key ${kid} of region ${region} is withdrawn: nothing that it has signed is accepted any more`);
    return 0;
  });
}

function keyTable(keys: readonly KeyJson[]): string {
  if (keys.length === 0) return 'No signing keys found';
  const rows = keys.map((key) => [key.kid, key.region, key.algorithm, key.withdrawn ? 'withdrawn' : key.state, key.activeFrom ?? '-', key.goneAt ?? '-']);
  return table(['Key ID', 'Region', 'Algorithm', 'State', 'Signs From', 'Gone From'], rows);
}
