import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootstrapped, type Fixture, openFixture } from '../scenarios/support/fixture.ts';
import { Rng } from '../simulation/kernel/rng.ts';
import type { Figures } from './figures.ts';
import { hostileRun, type RunReport } from './run.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { type Table, writeRows } from '../harness/reliability-table.ts';

export const HOSTILE: Table = {
  name: 'faults',
  head: ['scenario', 'faults injected', 'operations', 'writes acknowledged, refused, unknown', 'lost', 'resurrected', 'other promises broken', 'worst revocation lag where it was decided', 'anywhere, cut off or not', 'longest write stall', 'reproduce'],
};

export interface HostileOptions {
  /** Names of scenarios; empty for all. */
  readonly only: readonly string[];
  readonly seed: number;
  readonly perSecond: number;
  /** Milliseconds for which each fault holds. */
  readonly hold: number;
  readonly write: boolean;
  /** Folder for histories and logs of runs that broke something. */
  readonly keep: string | undefined;
}

/** Runs scenarios one after the other and prints what came of each. Returns how many promises were broken. */
export async function hostile(options: HostileOptions): Promise<number> {
  let broken = 0;
  for (const scenario of SCENARIOS.filter(({ name }) => options.only.length === 0 || options.only.includes(name))) {
    const missing = await scenario.missing?.();
    if (missing !== undefined) {
      console.info(`${scenario.name}: skipped: ${missing}`);
      continue;
    }
    const report = await play(scenario, options);
    broken += tell(scenario, report);
    if (options.write) await writeRows(HOSTILE, [rowOf(scenario, report, options)], SCENARIOS.map(({ name }) => name));
  }
  return broken;
}

async function play(scenario: Scenario, { seed, perSecond, hold, keep }: HostileOptions): Promise<RunReport> {
  await using stack = new AsyncDisposableStack();
  const fixture = await bootstrapped(await openFixture(stack, 'distributed', scenario.world));
  const blows = scenario.blows(new Rng(`${scenario.name} ${seed}`));
  const report = await hostileRun(fixture, { seed, blows, perSecond, before: 700, hold, after: 700, settle: 60_000 });
  if (keep !== undefined && faultsOf(report).length > 0) await keepEvidence(join(keep, scenario.name.replaceAll(' ', '-')), fixture, report);
  return report;
}

function faultsOf({ broken, surprises, misjudged, failures }: RunReport): string[] {
  return [...broken.map(({ promise, what }) => `${promise} ${what}`), ...surprises, ...misjudged, ...failures];
}

function tell({ name }: Scenario, report: RunReport): number {
  const found = faultsOf(report);
  const { figures, recovered, feedEnds, phases } = report;
  const back = recovered.map(([blow, took]) => `${blow} (ready after ${took} ms)`).join('; ');
  console.info(`${name}: ${back}`);
  console.info(`  ${JSON.stringify({ ...rounded(figures), feedEnds: feedEnds.length, phases, broken: found.length })}`);
  for (const [line, same] of [...Map.groupBy(found, (each) => each)].slice(0, 10)) console.info(`  ${same.length} x ${line}`);
  return found.length;
}

function rounded(figures: Figures): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value)]));
}

function rowOf(scenario: Scenario, report: RunReport, { seed, perSecond, hold }: HostileOptions): string[] {
  const { figures, broken, misjudged, failures } = report;
  const of = (...promises: string[]): number => broken.filter(({ promise }) => promises.includes(promise)).length;
  const resurrected = of('P2') + misjudged.filter((line) => line.includes(', deleted, was accepted')).length;
  const others = faultsOf(report).length - of('P1') - resurrected;
  const blows = [...report.recovered.map(([blow]) => blow), ...failures];
  return [
    scenario.name,
    `${blows.length}: ${blows.join('; ')}`,
    String(figures.operations),
    `${figures.acked}, ${figures.refused}, ${figures.unknown}`,
    String(of('P1')),
    String(resurrected),
    String(others),
    `${Math.round(figures.revocationDecided)} ms`,
    `${Math.round(figures.revocationAnywhere)} ms`,
    `${(figures.writeStall / 1_000).toFixed(1)} s`,
    `\`npm run faults -- "${scenario.name}" --seed ${seed} --rate ${perSecond} --hold ${hold}\``,
  ];
}

export const DEFAULT_RATE = 100;

async function keepEvidence(folder: string, { cluster }: Fixture, report: RunReport): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { history, ...rest } = report;
  const plain = { ...rest, history: { ...history, finals: history.finals.map(({ region, tokens }) => ({ region, tokens: [...tokens] })) } };
  await writeFile(join(folder, 'report.json'), JSON.stringify(plain));
  await cp(cluster.folders[0] ?? '', join(folder, 'services'), { recursive: true });
  console.info(`  kept: ${folder}`);
}
