import { parseArgs } from 'node:util';
import { startCluster } from '../harness/cluster.ts';
import { TARGETS, type Target } from './parsers.ts';
import { fuzz } from './run.ts';
import { surfaceTargets } from './surface.ts';

/*
 * `npm run fuzz -- --seconds 60 --seed 1 [--only TEXT]`: every parser, and every HTTP surface of a running region, for so many seconds each. Prints a line for each and,
 * for one that is broken, the input in base64. Exit code 1 after one.
 */

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' }, only: { type: 'string', default: '' } } });
const seconds = Number(values.seconds);
const seed = Number(values.seed);
if (!(seconds > 0) || !Number.isSafeInteger(seed)) throw new Error('--seconds must be above 0, and --seed a whole number');

const chosen = ({ name }: Target): boolean => name.includes(values.only);

await using stack = new AsyncDisposableStack();
/** A region is started only where something of its surface is chosen. */
const surface = { origin: '', secret: '' };
if (surfaceTargets(surface).some(chosen)) {
  const cluster = stack.use(await startCluster('embedded'));
  surface.origin = cluster.regions[0].http;
  surface.secret = ((await (await fetch(`${surface.origin}/v1/acl/bootstrap`, { method: 'POST' })).json()) as { SecretID: string }).SecretID;
}
for (const target of [...TARGETS, ...surfaceTargets(surface)].filter(chosen)) {
  const { inputs, slowestMs, broken } = await fuzz(target, { seed, seconds, hangMs: 100 });
  console.info(`${broken === undefined ? 'ok    ' : 'BROKEN'} ${target.name}: ${inputs} inputs, slowest ${slowestMs.toFixed(1)} ms`);
  if (broken === undefined) continue;
  console.error(`${broken.problem}\n${broken.input.toString('base64')}`);
  process.exitCode = 1;
}
