import { parseArgs } from 'node:util';
import { planOf } from './plan.ts';
import { reportOf } from './report.ts';
import { simulate } from './run.ts';

/*
 * `npm run soak -- --seconds 60 --seed 1`: seeds from `--seed` on, for so many seconds or `--seeds` of them. Prints the first seed that breaks a promise, by how
 * little it does so, and ends with code 1.
 */

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' }, seeds: { type: 'string' } } });

const first = whole('seed', values.seed);
const most = values.seeds === undefined ? Number.POSITIVE_INFINITY : whole('seeds', values.seeds);
const until = performance.now() + whole('seconds', values.seconds) * 1_000;
const began = performance.now();
const counts = new Map<string, number>();
let done = 0;
let steps = 0;
let virtualMs = 0;
while (done < most && (performance.now() < until || values.seeds !== undefined)) {
  const result = await simulate(planOf(first + done));
  done += 1;
  steps += result.steps;
  virtualMs += result.virtualMs;
  for (const [what, count] of result.counts) counts.set(what, (counts.get(what) ?? 0) + count);
  if (result.broken === undefined) continue;
  console.error(await reportOf(result));
  process.exitCode = 1;
  break;
}
const tookMs = performance.now() - began;
console.info([...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, count]) => `${what.trim()} ${count}`).join(', '));
console.info(`${done} seeds from ${first}, ${steps} steps, ${(virtualMs / 1_000).toFixed(0)} simulated seconds in ${(tookMs / 1_000).toFixed(1)} s, ${(tookMs / done).toFixed(0)} ms a seed`);

function whole(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Error(`--${name} must be a whole number`);
  return Number(text);
}
