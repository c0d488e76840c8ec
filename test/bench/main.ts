import { rmSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { temporaryFolder } from '../harness/folder.ts';
import { CORES, moveSelf, pinning } from './measure/cpu.ts';
import { Skip } from './measure/generators.ts';
import { authorizeRows } from './rows/authorize.ts';
import { blockingRows } from './rows/blocking.ts';
import { createRows } from './rows/create.ts';
import { floodRows } from './rows/flood.ts';
import { foldRows, redisFoldRows } from './rows/fold.ts';
import { keysRows } from './rows/keys.ts';
import { lagRows } from './rows/lag.ts';
import { memoryRows, redisMemoryRows } from './rows/memory.ts';
import { oauthRows } from './rows/oauth.ts';
import { pipelineRenewalRows, pipelineRows } from './rows/pipeline.ts';
import { policyRows } from './rows/policy.ts';
import { sdkRows } from './rows/sdk.ts';
import { sdkLagRows } from './rows/sdk-lag.ts';
import { sdkMemoryRows } from './rows/sdk-memory.ts';
import { recordsRows } from './rows/records.ts';
import { selfRows } from './rows/self.ts';
import { validateRows } from './rows/validate.ts';
import { wakeRows } from './rows/wake.ts';
import type { Run } from './run.ts';
import { render, type Row, skipped } from './table.ts';

/** Groups of rows, in the table's order. */
const GROUPS: Readonly<Record<string, (run: Run) => Promise<readonly Row[]>>> = {
  validate: validateRows,
  authorize: authorizeRows,
  self: selfRows,
  keys: keysRows,
  records: recordsRows,
  oauth: oauthRows,
  policy: policyRows,
  sdk: sdkRows,
  'sdk-memory': sdkMemoryRows,
  'sdk-lag-embedded': (run) => sdkLagRows('embedded', run),
  'sdk-lag-distributed': (run) => sdkLagRows('distributed', run),
  pipeline: pipelineRows,
  'pipeline-renewal': pipelineRenewalRows,
  'create-embedded': (run) => createRows('embedded', run),
  'create-distributed': (run) => createRows('distributed', run),
  'lag-embedded': (run) => lagRows('embedded', run),
  'lag-distributed': (run) => lagRows('distributed', run),
  'flood-embedded': (run) => floodRows('embedded', run),
  'flood-distributed': (run) => floodRows('distributed', run),
  wake: wakeRows,
  blocking: blockingRows,
  'memory-embedded': memoryRows,
  'memory-redis': redisMemoryRows,
  'fold-embedded': foldRows,
  'fold-redis': redisFoldRows,
};

const usage = `npm run bench -- [--only GROUP[,GROUP...]] [--rounds N]\nGroups: ${Object.keys(GROUPS).join(', ')}. The start of a name stands for all that begin so. Default: all of them, 5 rounds.`;

function options(): { readonly groups: readonly string[]; readonly rounds: number } | string {
  try {
    const { values } = parseArgs({
      options: { only: { type: 'string' }, rounds: { type: 'string', default: '5' }, help: { type: 'boolean', default: false } },
    });
    if (values.help) return usage;
    const wanted = values.only?.split(',') ?? [''];
    const unknown = wanted.find((start) => !Object.keys(GROUPS).some((name) => name.startsWith(start)));
    const groups = Object.keys(GROUPS).filter((name) => wanted.some((start) => name.startsWith(start)));
    if (unknown !== undefined) return `--only: there is no group ${JSON.stringify(unknown)}\n${usage}`;
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) return `--rounds must be a whole number from 1 to 100\n${usage}`;
    return { groups, rounds };
  } catch (error) {
    return `${(error as Error).message}\n${usage}`;
  }
}

async function measure(groups: readonly string[], rounds: number, folder: string, rows: Row[]): Promise<void> {
  for (const name of groups) {
    const began = performance.now();
    process.stderr.write(`${name} ... `);
    try {
      rows.push(...((await GROUPS[name]?.({ rounds, folder })) ?? []));
    } catch (error) {
      if (!(error instanceof Skip)) process.exitCode = 1;
      rows.push(skipped(name, error instanceof Skip ? error.message : `it failed: ${(error as Error).message}`));
      if (!(error instanceof Skip)) process.stderr.write(`${(error as Error).stack}\n`);
    }
    process.stderr.write(`${((performance.now() - began) / 1_000).toFixed(0)} s\n`);
  }
}

const chosen = options();
if (typeof chosen === 'string') {
  process.stderr.write(`${chosen}\n`);
  process.exit(2);
}
const { groups, rounds } = chosen;
const rows: Row[] = [];
const folder = await temporaryFolder('bench');

function print(): void {
  const where = `${cpus()[0]?.model.trim() ?? 'unknown'}, ${CORES} cores, Node.js ${process.version}, load ${loadavg()[0]?.toFixed(1)}`;
  const how = `medians of ${rounds} interleaved rounds; ${pinning ? 'servers on one core, generators on another' : 'nothing is pinned to a core'}`;
  process.stdout.write(`\n${where}\n${how}\n\n${render(rows)}\n`);
}

// Whoever ends it early gets what was measured until then.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    print();
    rmSync(folder.path, { recursive: true, force: true });
    process.exit(1);
  });
}
moveSelf('generators');
await measure(groups, rounds, folder.path, rows);
print();
await folder[Symbol.asyncDispose]();
process.exit();
