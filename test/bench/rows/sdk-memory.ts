import { startChild } from '../measure/child.ts';
import type { Run } from '../run.ts';
import type { Memory } from '../servers/memory.ts';
import type { ValidatorReady } from '../servers/validator.ts';
import { count, type Row } from '../table.ts';

/** What comes once: connections, and code that is compiled. */
const WARM = 1_000;
const KEPT = 100_000;

/** What 100,000 verdicts cost the process that keeps them: live memory with them less live memory with 1,000. */
export async function sdkMemoryRows({ folder }: Run): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const region = await startChild<ValidatorReady>(new URL('../servers/validator.ts', import.meta.url), { tokens: WARM + KEPT, folder });
  stack.use(region.child);
  const { child } = await startChild(new URL('../servers/sdk.ts', import.meta.url), { ...region.ready, entries: WARM + KEPT });
  stack.use(child);
  await child.ask('keep', { from: 0, to: WARM });
  const before = await child.ask<Memory>('memory');
  const kept = await child.ask<number>('keep', { from: WARM, to: WARM + KEPT });
  const after = await child.ask<Memory>('memory');
  const live = after.heap + after.buffers - before.heap - before.buffers;
  const measured = `${mib(live)}, ${count(live / KEPT)} B each (resident ${mib(after.rss - before.rss)}); ${count(kept)} are kept`;
  return [{ name: `memory of ${count(KEPT)} kept verdicts in a process`, measured, ceiling: '', ratio: '', goal: '', cpu: '' }];
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
