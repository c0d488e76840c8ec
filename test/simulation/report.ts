import { type Plan, planOf } from './plan.ts';
import { type RunOptions, type RunResult, simulate } from './run.ts';
import { shrink } from './shrink.ts';

const LAST_STEPS = 25;

/** What is told of a seed that broke a promise: which one, by how little, and the last steps before. */
export async function reportOf(result: RunResult, options: RunOptions = {}): Promise<string> {
  const { plan, result: shrunk, tried } = await shrink(planOf(result.seed), result, options);
  const { newest, hash } = await simulate(plan, { ...options, keepTrace: true });
  return [
    `seed ${result.seed} ${told(result)}`,
    `shrunk by ${tried} trials to ${plan.operations.length} operations and ${plan.faults.length} faults: ${told(shrunk)}`,
    ...plan.operations.map(({ n, at, region, kind, dice }) => `  operation ${n} at ${at.toFixed(0)} ms in ${region}: ${kind} (${dice.map((die) => die.toFixed(3)).join(', ')})`),
    ...plan.faults.map(({ n, at, lasts, kind, dice }) => `  fault ${n} at ${at.toFixed(0)} ms for ${lasts.toFixed(0)} ms: ${kind} (${dice.map((die) => die.toFixed(3)).join(', ')})`),
    `the last steps (${hash}):`,
    ...newest.slice(-LAST_STEPS).map((line) => `  ${line}`),
    `again: npm run soak -- --seed ${result.seed} --seeds 1`,
  ].join('\n');
}

function told({ broken, hash }: RunResult): string {
  return broken === undefined ? `keeps all promises (${hash})` : `breaks ${broken.promise} at step ${broken.step}, ${broken.at.toFixed(0)} ms: ${broken.what}`;
}

/** Runs seeds one after the other; the first that breaks a promise is told of as an error. */
export async function runSeeds(seeds: Iterable<number>, options: RunOptions = {}, plan: (seed: number) => Plan = planOf): Promise<readonly RunResult[]> {
  const results: RunResult[] = [];
  for (const seed of seeds) {
    const result = await simulate(plan(seed), options);
    if (result.broken !== undefined) throw new Error(await reportOf(result, options));
    results.push(result);
  }
  return results;
}
