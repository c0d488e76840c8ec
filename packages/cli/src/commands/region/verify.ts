import type { Command } from 'commander';
import { messageOf, parsed } from '../../client/answer.ts';
import { RefusedError, UnreachableError, UsageError } from '../../client/failure.ts';
import type { Api } from '../../client/http.ts';
import type { ClientSettings } from '../../client/settings.ts';
import type { Environment } from '../../environment.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { type Call, calls, type FormatFlags, formatFlags } from '../calls.ts';
import { leaf } from '../leaf.ts';

interface RegionJson {
  readonly region: string;
  readonly http: string;
}

interface ComparisonJson {
  readonly with: 'view' | 'authority';
  readonly problem: string | null;
  readonly records: number;
  readonly differing: number;
  readonly repaired: number;
  readonly changing: number;
  readonly differences: readonly { readonly key: string; readonly range: number; readonly problem: string; readonly repaired: boolean }[];
}

/** What a region answered; `problem` where it could not. */
type Verified = { readonly region: string; readonly comparisons: readonly ComparisonJson[] } | { readonly region: string; readonly problem: string };

const DOING = 'Error verifying the region';
const UNSURE = 1;
const REPAIRED = 2;

/**
 * `mintmark region verify`: every region compares its stores, and its copy with the authority, and repairs what differs. Ends with 0 where all is equal, 2 where all that differed was
 * repaired, 1 where something was not, or could not be compared.
 */
export function addVerify(region: Command, env: Environment): void {
  const about = 'compare the stores and copies of every region, or of the one of -region, and repair what differs';
  calls<FormatFlags>(formatFlags(leaf(region, { name: 'verify', about })), env, async (call) => {
    const found: Verified[] = [];
    for (const one of await regionsOf(call)) found.push(await verified(one, call.settings));
    print(call.flags.json === true ? json(found) : found.map(told).join('\n'));
    const codes = found.map(exitCodeOf);
    return [UNSURE, REPAIRED].find((code) => codes.includes(code)) ?? 0;
  });
}

async function regionsOf({ api, settings }: Call<FormatFlags>): Promise<readonly RegionJson[]> {
  const all = await api.read<readonly RegionJson[]>('Error listing regions', '/v1/regions');
  if (settings.region === undefined) return all;
  const wanted = all.filter(({ region }) => region === settings.region);
  if (wanted.length === 0) throw new UsageError(`there is no region ${settings.region}: ${all.map(({ region }) => region).join(', ')}`);
  return wanted;
}

/** Asks again for as long as the comparison goes on. */
async function verified({ region, http }: RegionJson, { region: _, ...settings }: ClientSettings): Promise<Verified> {
  const { connect } = await import('../../client/http.ts');
  const api: Api = connect({ ...settings, region: undefined, address: http.replace(/\/+$/, '') });
  try {
    for (;;) {
      const { status, text } = await api.ask(DOING, { method: 'POST', path: '/v1/operator/verify', body: {} });
      if (status === 200) return parsed<Verified>(DOING, text);
      if (status !== 503 || !text.includes('goes on: ask again')) return { region, problem: new RefusedError(DOING, status, messageOf(text), 'token').message };
    }
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    return { region, problem: error.message };
  }
}

function exitCodeOf(one: Verified): number {
  if ('problem' in one || one.comparisons.some(({ problem, differing, repaired }) => problem !== null || repaired < differing)) return UNSURE;
  return one.comparisons.some(({ differing }) => differing > 0) ? REPAIRED : 0;
}

function told(one: Verified): string {
  if ('problem' in one) return `${one.region}: not verified: ${one.problem}`;
  return one.comparisons.flatMap((comparison) => [`${one.region}: ${summaryOf(comparison)}`, ...detailsOf(comparison)]).join('\n');
}

const NAMES = { view: 'log and view', authority: 'copy and authority' } as const;

function summaryOf({ with: what, problem, records, differing, repaired, changing }: ComparisonJson): string {
  const pair = NAMES[what];
  if (problem !== null) return `${pair}: not compared: ${problem}`;
  const meanwhile = changing === 0 ? '' : `; ${changing} were being written and were not compared`;
  if (differing === 0) return `${pair}: equal, ${records} records${meanwhile}`;
  return `${pair}: ${differing} of ${records} records differed, ${repaired} repaired${meanwhile}`;
}

function detailsOf({ differing, differences }: ComparisonJson): string[] {
  const lines = differences.map(({ key, range, problem, repaired }) => `  range ${range.toString(16).padStart(4, '0')}  ${key}  ${problem}  ${repaired ? 'repaired' : 'NOT repaired'}`);
  return differing > differences.length ? [...lines, `  and ${differing - differences.length} more`] : lines;
}
