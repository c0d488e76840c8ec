import { parseArgs } from 'node:util';
import { writeRows } from '../harness/reliability-table.ts';
import { startCluster } from '../harness/cluster.ts';
import { readCorpus, writeCorpus } from './corpus.ts';
import { TARGETS } from './parsers.ts';
import { fuzz } from './run.ts';
import { surfaceTargets } from './surface.ts';
import type { Target } from './target.ts';

/*
 * `npm run fuzz -- --seconds 60 --seed 1 [--only TEXT]... [--keep] [--write]`: every parser, and every HTTP surface of a running region, for so many seconds each, from its
 * seeds and its kept corpus. Prints a line for each and, for one that is broken, the input in base64. Exit code 1 after one. `--keep` writes what reached anything new
 * to the corpus, `--write` the figures to docs/RELIABILITY.md.
 */

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true, default: [''] },
    keep: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);
if (!(seconds > 0) || !Number.isSafeInteger(seed)) throw new Error('--seconds must be above 0, and --seed a whole number');

const TABLE = { name: 'fuzz', head: ['target', 'seconds', 'seed', 'inputs', 'behaviours told apart', 'slowest', 'findings'] };
const chosen = ({ name }: Target): boolean => values.only.some((text) => name.includes(text));

await using stack = new AsyncDisposableStack();
/** A region is started only where something of its surface is chosen. */
const surface = { origin: '', secret: '' };
if (surfaceTargets(surface).some(chosen)) {
  const cluster = stack.use(await startCluster('embedded'));
  surface.origin = cluster.regions[0].http;
  surface.secret = ((await (await fetch(`${surface.origin}/v1/acl/bootstrap`, { method: 'POST' })).json()) as { SecretID: string }).SecretID;
}
const all = [...TARGETS, ...surfaceTargets(surface)];
for (const target of all.filter(chosen)) {
  const { inputs, behaviours, slowestMs, corpus, broken } = await fuzz(target, { seed, seconds, hangMs: 100, corpus: await readCorpus(target.name) });
  const slowest = `${slowestMs.toFixed(1)} ms`;
  console.info(`${broken === undefined ? 'ok    ' : 'BROKEN'} ${target.name}: ${inputs} inputs, ${behaviours} behaviours, slowest ${slowest}`);
  if (values.keep) await writeCorpus(target.name, corpus);
  if (values.write) await writeRows(TABLE, [[target.name, seconds, seed, inputs, behaviours, slowest, broken === undefined ? 'none' : 'broken'].map(String)], all.map(({ name }) => name));
  if (broken === undefined) continue;
  console.error(`${broken.problem}\n${broken.input.toString('base64')}`);
  process.exitCode = 1;
}
