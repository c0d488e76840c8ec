import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import type { Api } from '../../client/http.ts';
import type { Environment } from '../../environment.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { leaf } from '../leaf.ts';

interface PromoteFlags {
  readonly force?: true;
  readonly regardless?: true;
}

interface Promoted {
  readonly authority: string;
  readonly epoch: number;
  readonly from: string;
  readonly covered: number;
  readonly told: readonly string[];
}

interface RegionJson {
  readonly region: string;
}

interface AsideJson {
  readonly kind: string;
  readonly id: string;
  readonly name: string | null;
  readonly state: string;
  readonly region: string;
  readonly epoch: number;
  readonly index: number;
  readonly held: boolean;
  readonly carriedOver: string | null;
}

/** `mintmark operator promote` and `set-aside`: who decides about global records (P11). */
export function addAuthority(operator: Command, env: Environment): void {
  const promote = leaf(operator, { name: 'promote', about: 'make the region at the address the authority, which decides about all that is global', takes: ['<region>'] })
    .option('--force', 'without the authority, which is gone: what did not get here is lost, and set aside where it is found')
    .option('--regardless', 'with --force: also where other regions have seen more, or most of them cannot be reached');
  calls<PromoteFlags>(promote, env, async ({ api, flags }, region = '') => {
    await checkRegion(api, region);
    const body = { force: flags.force === true, regardless: flags.regardless === true };
    const { authority, epoch, from, covered, told } = await api.write<Promoted>('Error promoting the region', '/v1/operator/promote', body);
    print(`${authority} is the authority, in epoch ${epoch}; it has everything of ${from} up to index ${covered}. Told: ${told.join(', ')}`);
    return 0;
  });
  const aside = leaf(operator, { name: 'set-aside', about: 'list what an authority before had decided, and what never came to the present one, as the region at the address has found it' });
  calls<FormatFlags>(formatFlags(aside), env, async ({ api, flags }) => {
    const found = await api.read<readonly AsideJson[]>('Error listing what was set aside', '/v1/operator/set-aside');
    print(flags.json === true ? json(found) : asideTable(found));
    return 0;
  });
}

/** Who names a region means that one, whatever the address says. */
async function checkRegion(api: Api, region: string): Promise<void> {
  const [self] = await api.read<readonly RegionJson[]>('Error asking the region', '/v1/regions?only=self');
  if (self?.region !== region) throw new UsageError(`the region at the address is ${self?.region}, not ${region}: give -address or MINTMARK_ADDR of a validator of ${region}`);
}

function asideTable(found: readonly AsideJson[]): string {
  if (found.length === 0) return 'Nothing was set aside';
  const fate = ({ held, carriedOver }: AsideJson): string => (held ? (carriedOver === null ? 'in force here, waits for the authority' : 'in force everywhere') : 'not in force');
  const rows = found.map((one) => [one.kind, one.id, one.name ?? '-', one.state, `${one.region} ${one.index}`, fate(one)]);
  return table(['Kind', 'ID', 'Name', 'Was', 'Decided at', 'Is'], rows);
}
