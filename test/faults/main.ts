import { killRun } from './run.ts';
import { bootstrapped, openFixture } from '../scenarios/support/fixture.ts';

/**
 * The long form of `short.test.ts`: each kind of process, in the authority and in another region, is killed in the middle of 20 s under
 * 200 writes per second, or a store is emptied, deleted or set back. `npm run faults -- [SECONDS] [PART...]`; ends with 1 when a promise was broken.
 */
const [seconds = '20', ...only] = process.argv.slice(2);
const parts = (['issuer', 'validator', 'replicator', 'log', 'view', 'flush', 'log deleted', 'log set back'] as const).filter((part) => only.length === 0 || only.includes(part));
let faults = 0;
for (const part of parts) {
  for (const region of ['us', 'eu'] as const) {
    await using stack = new AsyncDisposableStack();
    const fixture = await bootstrapped(await openFixture(stack, 'distributed'));
    const third = (Number(seconds) * 1_000) / 3;
    const report = await killRun(fixture, { blows: [{ region, part }], perSecond: 200, before: third, down: third, after: third, settle: 30_000 });
    const found = [...report.broken.map(({ promise, what }) => `${promise} ${what}`), ...report.surprises, ...report.misjudged];
    faults += found.length;
    console.log(`${part} of ${region}: ${JSON.stringify({ ...report.counts, recovered: Object.values(report.recovered)[0], feedEnds: report.feedEnds.length, faults: found.length })}`);
    for (const [line, times] of counted(found).slice(0, 10)) console.log(`  ${times} x ${line}`);
  }
}

function counted(lines: readonly string[]): [string, number][] {
  return [...Map.groupBy(lines, (line) => line)].map(([line, same]) => [line, same.length]);
}
process.exitCode = faults === 0 ? 0 : 1;
