import { cpuOf } from './cpu.ts';
import type { Load } from './generators.ts';
import { median } from './stats.ts';

/** One thing to measure: how to load it, and whose CPU counts. */
export interface Contender {
  readonly pid: number | undefined;
  load(): Promise<Load>;
}

export interface Measured {
  /** Median of the rounds: per second. */
  readonly rate: number;
  /** Median of the rounds: CPU microseconds of the process per answer. */
  readonly cpu: number;
  readonly rates: readonly number[];
  readonly cpus: readonly number[];
}

/** Until so many answers code is still being compiled: they do not count. Slower contenders are given this long. */
const WARM_ANSWERS = 30_000;
const WARM_MS = 8_000;

/** Loads all contenders in turn, `rounds` times once all are warm, so that what else the machine does hits all alike. */
export async function interleaved<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  rounds: number,
): Promise<Readonly<Record<Name, Measured>>> {
  const names = Object.keys(contenders) as Name[];
  const seen = Object.fromEntries(names.map((name) => [name, { rates: [] as number[], cpus: [] as number[] }])) as Record<
    Name,
    { rates: number[]; cpus: number[] }
  >;
  for (const name of names) {
    const began = performance.now();
    for (let answers = 0; answers < WARM_ANSWERS && performance.now() - began < WARM_MS; ) answers += (await contenders[name].load()).count;
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const before = cpuOf(contenders[name].pid);
      const { rate, count } = await contenders[name].load();
      seen[name].rates.push(rate);
      seen[name].cpus.push((cpuOf(contenders[name].pid) - before) / count);
    }
  }
  return Object.fromEntries(names.map((name) => [name, { ...seen[name], rate: median(seen[name].rates), cpu: median(seen[name].cpus) }])) as unknown as Record<
    Name,
    Measured
  >;
}

/** Median over the rounds of `a` / `b` of the same round. */
export function ratioOf(a: readonly number[], b: readonly number[]): number {
  return median(a.map((value, round) => value / (b[round] as number)));
}
