import type { Command } from 'commander';
import type { Environment } from '../../environment.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { leaf } from '../leaf.ts';

/** Members that a region which cannot be reached lacks. */
interface RegionJson {
  readonly region: string;
  readonly role: 'authority' | 'replica';
  /** Whom the region takes for the authority. */
  readonly authority?: string;
  readonly epoch?: number;
  readonly http: string;
  readonly reachable: boolean;
  readonly ready?: boolean;
  readonly index?: number;
  readonly lag?: { readonly revisions: number; readonly milliseconds: number };
}

/** `mintmark region list`: where each region stands, and whom it takes for the authority. */
export function addList(region: Command, env: Environment): void {
  calls<FormatFlags>(formatFlags(leaf(region, { name: 'list', about: 'where each region stands, and whom it takes for the authority' })), env, async ({ api, flags }) => {
    const all = await api.read<readonly RegionJson[]>('Error listing regions', '/v1/regions');
    print(flags.json === true ? json(all) : table(['Region', 'Role', 'Authority', 'Epoch', 'HTTP', 'State', 'Index', 'Lag'], all.map(rowOf)));
    return 0;
  });
}

function rowOf({ region, role, authority = '', epoch, http, reachable, ready, index, lag }: RegionJson): readonly string[] {
  const state = reachable ? (ready === true ? 'ready' : 'not ready') : 'unreachable';
  const behind = lag === undefined ? '' : role === 'authority' ? '-' : `${lag.revisions} revisions, ${lag.milliseconds} ms`;
  return [region, reachable ? role : '', authority, textOf(epoch), http, state, textOf(index), behind];
}

function textOf(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}
